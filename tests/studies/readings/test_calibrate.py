"""Targets narrow the inputs that they depend on."""

from pathlib import Path

import pytest

import defectsim as ds
from known_outcomes import OVER, study, write
from screens import drawn_and_stored


def test_targets_narrow_what_they_tell_of_and_name_what_they_do_not(folder: Path) -> None:
    bank = study(
        folder,
        f"design: {{kind: bank, points: 256}}\n{OVER}\n"
        "targets: {seen: {outcome: total, observed: 2.0, error: 0.3, source: a report}}",
    )
    found = ds.calibrate(bank)
    told = dict(zip(found.table["parameter"], found.table["informed"], strict=True))
    assert told["people.attributes.x"]
    x = found.table.filter(parameter="people.attributes.x").row(0, named=True)
    assert x["q05"] < 0.5 < x["q95"]
    assert x["q95"] - x["q05"] < 0.75
    assert len(found.facts["draws"]["people.attributes.x"]) == 1000
    drawn_and_stored(found, folder)
    other = ds.calibrate(bank, {"low": {"outcome": "total", "observed": 0.6, "error": 0.3}})
    assert other.table.filter(parameter="people.attributes.x")["q50"].item() < x["q50"]


@pytest.mark.parametrize(
    ("targets", "fault"),
    [
        (None, "there is nothing to calibrate against"),
        ({"a": {"outcome": "totl", "observed": 1}}, "'totl' is no outcome of a run"),
        ({"a": {"outcome": "total"}}, "targets: a.observed"),
        ({"a": {"outcome": "total", "observed": 1, "scenario": "x"}}, "no scenario 'x'"),
        (
            {"a": {"outcome": "deserted", "observed": 1, "date": "2030-01-01"}},
            "no count of 2030-01-01 is stored",
        ),
        (
            {"a": {"outcome": "total", "observed": 1, "date": "2020-01-08"}},
            "only counts have a date",
        ),
    ],
)
def test_a_target_that_cannot_be_read_is_refused(
    folder: Path, targets: dict[str, dict[str, object]] | None, fault: str
) -> None:
    bank = study(folder, f"design: {{kind: bank, points: 2}}\n{OVER}")
    with pytest.raises(ds.UserError, match=fault):
        ds.calibrate(bank, targets)


@pytest.mark.parametrize("design", ["{kind: sobol, points: 128}", "{kind: bank, points: 128}"])
def test_points_on_common_draws_are_refused(folder: Path, design: str) -> None:
    common = study(folder, f"design: {design}\n{OVER}\nseeds: common")
    targets = {"seen": {"outcome": "noisy", "observed": 2.0}}
    with pytest.raises(ds.AnalysisError, match=r"share their draws.*write seeds: own"):
        ds.calibrate(common, targets)
    own = study(folder, f"design: {design}\n{OVER}\nseeds: own")
    assert ds.calibrate(own, targets).facts["points"] == 128


def test_a_target_belongs_to_its_scenario_or_to_the_last(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    both = study(
        folder,
        "design: {kind: bank, points: 128}\nscenarios: [known.yaml, shifted.yaml]\n"
        "over: ranges\nreplicates: 1",
    )
    seen = {"outcome": "total", "observed": 4.0, "error": 0.2}
    last, first = (
        ds.calibrate(both, {"seen": {**seen, **given}})
        .table.filter(parameter="people.attributes.x")["q50"]
        .item()
        for given in ({}, {"scenario": "known", "observed": 2.0})
    )
    assert last == pytest.approx(first, abs=1e-6)
