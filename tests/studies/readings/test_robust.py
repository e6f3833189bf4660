"""Policies of known regret are compared."""

from pathlib import Path

import pytest

import defectsim as ds
from known_outcomes import study, write
from screens import drawn_and_stored


def test_policies_are_compared_world_by_world(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    both = study(
        folder,
        "design: {kind: sobol, points: 32}\nscenarios: [known.yaml, shifted.yaml]\n"
        "over: ranges\nreplicates: 1",
    )
    found = ds.robust(both, "more", outcome="total")
    regret = dict(zip(found.table["policy"], found.table["regret_max"], strict=True))
    assert regret == pytest.approx({"known": 2.0, "shifted": 0.0})
    assert set(found.facts["criteria"][0]["policy"].split()) == {"shifted"}
    drawn_and_stored(found, folder)
    drawn_and_stored(ds.robust(both, "less", outcome="total", threshold=2.5), folder)
    with pytest.raises(ds.AnalysisError, match="threshold is nan"):
        ds.robust(both, "more", outcome="total", threshold=float("nan"))


def test_nothing_is_optimised_that_harms_people(folder: Path) -> None:
    write(folder, "watched")
    text = (folder / "watched.yaml").read_text()
    (folder / "watched.yaml").write_text(f"{text}conditions: {{surveillance: 0.9}}\n")
    both = study(
        folder,
        "design: {kind: sobol, points: 2}\nscenarios: [known.yaml, watched.yaml]\n"
        "over: ranges\nreplicates: 1",
    )
    with pytest.raises(ds.AnalysisError, match="may be inputs, never what is chosen"):
        ds.robust(both, "more", outcome="total")
