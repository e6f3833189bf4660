"""Designs over all ranges, in rows, and of several scenarios."""

from pathlib import Path

import pytest

from defectsim.core.errors import ScenarioError
from defectsim.studies.kinds.sweep.load import load_sweep
from defectsim.studies.plan import Plan
from sweep_scenario import SCENARIO, Load

RANGED = {
    "conditions.surveillance",
    "policies.off_ramp.value",
    "policies.rise.value",
    "policies.rise.ramp_days",
}


def only_fault(load: Load, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(text)
    (line,) = str(caught.value).splitlines()
    return line


def seeds(sweep: Plan) -> list[int]:
    return [sweep.seed_of(point) for point in range(len(sweep.points))]


def test_all_numbers_with_a_range_vary_within_it(load: Load) -> None:
    sweep = load("design: {kind: sobol, points: 8}\nover: ranges")
    assert {*sweep.varies} == RANGED
    for path, ends in sweep.design["inputs"].items():
        values = [point.values[path] for point in sweep.points]
        assert all(ends["low"] <= float(value) <= ends["high"] for value in values)
    days = [point.values["policies.rise.ramp_days"] for point in sweep.points]
    assert all(float(value).is_integer() for value in days)


def test_what_is_left_out_does_not_vary(load: Load) -> None:
    sweep = load("design: {kind: sobol, points: 8}\nover: ranges\nleave_out: [policies.rise.*]")
    assert {*sweep.varies} == RANGED - {"policies.rise.value", "policies.rise.ramp_days"}
    fault = only_fault(
        load, "design: {kind: sobol, points: 8}\nover: ranges\nleave_out: [policies.rize.*]"
    )
    assert "leave_out" not in fault
    assert "no such number has a range; did you mean 'policies.rise." in fault


def test_a_range_of_two_decades_is_filled_by_ratios(load: Load) -> None:
    sweep = load(
        "design: {kind: sobol, points: 16}\nvary: {people.pay: {range: [1, 100]}, "
        "conditions.sanctions: {range: [0, 1]}}"
    )
    assert [one["log"] for one in sweep.design["inputs"].values()] == [True, False]
    pay = sorted(float(point.values["people.pay"]) for point in sweep.points)
    assert pay[7] < 10 < pay[8]


def test_parameters_of_distributions_vary_too(load: Load) -> None:
    text = SCENARIO.replace(
        "{uniform: [100, 200]}", "{lognormal: [150, 1], range: [[100, 200], null]}"
    )
    Path("small.yaml").write_text(text)
    sweep = load("design: {kind: sobol, points: 4}\nover: ranges")
    outside = [sweep.scenario(point).people.outside.lognormal for point in range(4)]
    assert outside == [(point.values["people.outside.lognormal.0"], 1.0) for point in sweep.points]


def test_even_numbers_stay_even(load: Load) -> None:
    sweep = load(
        "design: {kind: latin-hypercube, points: 4}\n"
        "vary: {forces.ties.neighbours: {range: [2, 9]}}\nset: ['forces.ties={kind: academy}']"
    )
    assert {point.values["forces.ties.neighbours"] for point in sweep.points} == {2, 4, 6, 8}


def test_each_row_of_a_cross_design_has_two_seeds(load: Load) -> None:
    sweep = load("design: {kind: saltelli, points: 16}\nover: ranges\nseed: 3")
    in_row = len(RANGED) + 3
    assert len(sweep.points) == 16 * in_row
    assert sweep.replicates == 1
    for row in range(16):
        first, *middle, resown, last = seeds(sweep)[row * in_row : (row + 1) * in_row]
        assert {*middle} == {first}
        assert resown == last != first
    assert len({*seeds(sweep)}) == 32
    known = load("design: {kind: saltelli, points: 16}\nover: ranges\nseed: 3\nseeds: common")
    assert len(known.points) == 16 * (in_row - 1)
    assert {*seeds(known)} == {3}


def test_each_trajectory_has_a_seed(load: Load) -> None:
    sweep = load("design: {kind: morris, points: 10}\nover: ranges")
    assert len(sweep.points) == 10 * (len(RANGED) + 1)
    assert len({*seeds(sweep)}) == 10


def test_each_point_of_a_bank_has_a_seed(load: Load) -> None:
    sweep = load("design: {kind: bank, points: 8}\nover: ranges")
    assert sweep.replicates == 1
    assert len({*seeds(sweep)}) == 8


def test_scenarios_are_run_at_the_same_points_and_seeds(load: Load, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        "extends: small.yaml\nname: other\npolicies: {off_ramp: null}\nconditions: {sanctions: 0.9}\n"
    )
    (tmp_path / "sweeps/try.yaml").write_text("")
    text = (
        "scenarios: [../small.yaml, ../other.yaml]\ndesign: {kind: bank, points: 4}\nover: ranges"
    )
    head = "name: try\nquestion: What then?\n"
    (tmp_path / "sweeps/both.yaml").write_text(f"{head}{text}\n")
    from defectsim.studies.kinds.sweep.load import load_sweep

    sweep = load_sweep("sweeps/both.yaml")
    assert [point.values["scenario"] for point in sweep.points] == ["small", "other"] * 4
    assert seeds(sweep)[::2] == seeds(sweep)[1::2]
    for one, other in zip(sweep.points[::2], sweep.points[1::2], strict=True):
        assert {**one.values, "scenario": ""} == {**other.values, "scenario": ""}
    assert [*sweep.scenario(1).policies] == ["rise"]
    assert sweep.scenario(1).conditions["sanctions"].value == 0.9


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("over: ranges", "grid takes what varies from vary"),
        (
            "leave_out: [x]\nvary: {policies.off_ramp.value: [0, 1]}",
            "this has no effect without over: ranges",
        ),
        (
            "design: {kind: sobol, points: 8}\nover: ranges\nseeds: row",
            "only points of morris, saltelli, bisect come in rows",
        ),
        (
            "design: {kind: morris, points: 10}\nover: ranges\nseeds: own",
            "differ in one input alone: row, or common",
        ),
        (
            "design: {kind: bisect, points: 8}\nvary: {policies.off_ramp.value: null}",
            "bisect looks where an outcome switches: give outcome",
        ),
        (
            "design: {kind: bisect, points: 8}\nvary: {policies.off_ramp.value: null}\n"
            "outcome: {name: defected}",
            "defected is a count; give above or below",
        ),
        (
            "design: {kind: bisect, points: 8}\nvary: {policies.rise.ramp_days: null}\n"
            "outcome: {name: falls}",
            "it takes whole numbers alone, and bisect any: take a grid",
        ),
        (
            "design: {kind: bisect, points: 8}\nvary: {policies.off_ramp.value: null}\n"
            "outcome: {name: falls}\nreplicates: 3",
            "bisect has one run at each value and seed",
        ),
        (
            'design: {kind: morris, points: 10}\nover: ranges\nleave_out: ["*"]',
            "over: no number that has a range is left to vary",
        ),
        (
            "design: {kind: sobol, points: 8}\nover: ranges\noutcome: {name: defectd}",
            "'defectd' is no outcome of a run; did you mean 'defected'?",
        ),
    ],
)
def test_what_a_design_cannot_do_is_refused(load: Load, text: str, fault: str) -> None:
    assert fault in only_fault(load, text)


def test_a_bisection_of_more_seeds_than_points_are_allowed_is_refused_at_once(load: Load) -> None:
    with pytest.raises(ScenarioError, match="makes 2,000,000 points, where 100,000 is the most"):
        load(
            "design: {kind: bisect, points: 500000}\noutcome: {name: falls}\n"
            "vary: {policies.off_ramp.value: null, policies.rise.value: [1, 2]}"
        )


def test_a_bisection_has_one_scenario(load: Load) -> None:
    load("vary: {policies.off_ramp.value: [0, 1]}")
    Path("other.yaml").write_text(SCENARIO.replace("name: small", "name: other"))
    Path("sweep.yaml").write_text(
        "name: s\nquestion: Where?\nscenarios: [small.yaml, other.yaml]\n"
        "design: {kind: bisect, points: 8}\nvary: {policies.off_ramp.value: null}\n"
        "outcome: {name: falls}\n"
    )
    with pytest.raises(ScenarioError, match=r"sweep\.yaml:3:12: .*in one scenario"):
        load_sweep("sweep.yaml")


def test_the_design_says_what_varies_in_words_with_its_scale_and_the_base(load: Load) -> None:
    sweep = load(
        "vary: {conditions.surveillance: {levels: 3, scale: log}, policies.rise.ramp_days: [7, 14]}"
    )
    surveillance, ramp = sweep.design["levers"].values()
    assert surveillance["meaning"].startswith("Share of attempts to leave")
    assert (surveillance["unit"], surveillance["log"], surveillance["base"]) == ("0..1", True, 0.3)
    assert (ramp["unit"], ramp["log"], ramp["base"]) == ("", False, 7.0)
    assert "inputs" not in sweep.design
