"""Discovery finds a known box."""

from pathlib import Path

import pytest

import defectsim as ds
from known_outcomes import OVER, study, write
from screens import drawn_and_stored


def test_a_box_is_found_where_there_is_one(folder: Path) -> None:
    bank = study(folder, f"design: {{kind: bank, points: 128}}\n{OVER}")
    found = ds.discover(bank, outcome="total", above=3.0)
    low, high = found.facts["box"]["people.attributes.x"]
    assert low == pytest.approx(0.75, abs=0.1)
    assert high > 0.95
    assert found.files["box.yaml"].startswith('extends: "scenario.yaml"\nname: "known-box"\n')


def test_the_box_is_a_scenario_of_the_study(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(
        f"name: s\nquestion: Which?\ndesign: {{kind: bank, points: 128}}\n{OVER}\n"
    )
    plan = ds.load_sweep("sweep.yaml")
    bank = ds.sweep(plan, seed=1, engine="reference", workers=1, out="results", figures=False)
    found = ds.discover(bank, outcome="total", above=2.0)
    assert bank.path is not None
    drawn_and_stored(found, bank.path)
    assert ds.load(bank.path / "box.yaml").name == "known-box"


def test_the_last_of_several_scenarios_is_read(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    both = study(
        folder,
        "design: {kind: bank, points: 64}\nscenarios: [known.yaml, shifted.yaml]\n"
        "over: ranges\nreplicates: 1",
    )
    last = ds.discover(both, outcome="total", above=4.0)
    assert last.facts["response"]["scenario"] == "shifted"
    assert last.facts["cases"] > 0
    first = ds.discover(both, outcome="total", above=4.0, scenario="known")
    assert first.facts["cases"] == 0
    assert first.found.startswith("No box: ")
    drawn_and_stored(first, folder)


def test_a_number_without_a_bound_is_refused(folder: Path) -> None:
    bank = study(folder, f"design: {{kind: bank, points: 2}}\n{OVER}")
    with pytest.raises(ds.AnalysisError, match="total is no yes or no: give an outcome"):
        ds.discover(bank, outcome="total")
