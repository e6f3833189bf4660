"""Sensitivity finds the shares and effects of a known sum."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import defectsim as ds
from known_outcomes import OVER, study, write
from screens import drawn_and_stored, shown


def test_shares_of_the_variance_are_those_of_a_sum(folder: Path) -> None:
    found = ds.sensitivity(
        study(folder, f"design: {{kind: saltelli, points: 128}}\n{OVER}"), outcome="noisy"
    )
    total = dict(zip(found.table["name"], found.table["total"], strict=True))
    variance = {"people.attributes.x": 9, "people.attributes.y": 1, "chance": 9}
    for name, share in variance.items():
        assert total[name] == pytest.approx(share / sum(variance.values()), abs=0.1)
    assert found.table.filter(name="people.attributes.x")["grade"].item() == "assumed"
    assert "people.attributes.x" in found.found
    drawn_and_stored(found, folder)


def test_screening_ranks_by_the_effect_over_the_whole_range(folder: Path) -> None:
    found = ds.sensitivity(
        study(folder, f"design: {{kind: morris, points: 12}}\n{OVER}"), outcome="total"
    )
    assert found.table["name"].to_list() == ["people.attributes.x", "people.attributes.y"]
    assert found.table["mu_star"].to_numpy() == pytest.approx(np.array([3.0, 1.0]), rel=1e-3)
    drawn_and_stored(found, folder)


def test_the_effect_of_a_scenario_has_no_chance_where_draws_are_common(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    both = f"design: {{kind: saltelli, points: 16}}\nscenarios: [known.yaml, shifted.yaml]\n{OVER}"
    found = ds.sensitivity(
        study(folder, both.replace("scenario: known.yaml\n", "")), outcome="noisy"
    )
    assert found.table.is_empty()
    assert "is 2 in all runs" in found.found
    drawn_and_stored(found, folder)


def test_a_bound_of_the_sweep_file_is_one_of_its_outcome_alone(folder: Path) -> None:
    known = study(
        folder,
        f"design: {{kind: morris, points: 10}}\n{OVER}\noutcome: {{name: total, above: 2.5}}",
    )
    bounds = [
        (found.facts["response"]["outcome"], found.facts["response"]["above"])
        for found in (ds.sensitivity(known), ds.sensitivity(known, outcome="noisy"))
    ]
    assert bounds == [("total", 2.5), ("noisy", None)]
    other = ds.sensitivity(known, below=3).facts["response"]
    assert (other["outcome"], other["above"], other["below"]) == ("total", None, 3)


@pytest.mark.long
@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        ({"outcome": "total"}, ["people.attributes.x", "people.attributes.y"]),
        ({"outcome": "total", "above": 2.5}, ["people.attributes.x", "people.attributes.y"]),
        ({"outcome": "passes"}, ["people.attributes.x"]),
    ],
)
def test_a_screening_writes_the_sweep_of_what_it_has_kept(
    folder: Path, outcome: dict[str, Any], kept: list[str]
) -> None:
    (folder / "sweep.yaml").write_text(
        f"name: s\nquestion: Which?\ndesign: {{kind: morris, points: 24}}\n{OVER}\n"
    )
    options: dict[str, Any] = {"engine": "reference", "workers": 1, "figures": False}
    screened = ds.sweep(ds.load_sweep("sweep.yaml"), seed=1, out="results", **options)
    assert screened.path is not None
    found = ds.sensitivity(screened, **outcome)
    assert set(found.table.filter("kept")["name"]) == set(kept)
    assert "readings/second-stage.yaml varies these alone" in found.found
    assert "defectsim sensitivity results/s/readings/second-stage.yaml" in shown(found.shown)
    drawn_and_stored(found, screened.path)
    plan = ds.load_sweep(screened.path / "readings/second-stage.yaml")
    assert plan.name == "known-second-stage"
    assert list(plan.varies) == kept
    assert len(plan.points) == 64 * (len(kept) + 3)
    ranges = [(one["low"], one["high"]) for one in plan.design["inputs"].values()]
    assert ranges == [(0, 1)] * len(kept)
    shares = ds.sensitivity(ds.sweep(plan, seed=1, **options))
    assert shares.facts["response"] == {**found.facts["response"], **outcome}
    assert set(shares.table["name"]) >= set(kept)


def test_a_screening_of_nothing_writes_no_sweep(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    several = "design: {kind: morris, points: 10}\nscenarios: [known.yaml, shifted.yaml]\n"
    both = study(folder, f"{several}over: ranges\nreplicates: 1")
    assert ds.sensitivity(both, outcome="total", scenario="known").files == {}
    known = study(folder, f"design: {{kind: morris, points: 10}}\n{OVER}")
    assert ds.sensitivity(known, outcome="total", above=100).files == {}
