"""All that is wrong with a sweep is said at once, with its place, and each thing once."""

from pathlib import Path

import pytest

from defectsim.core.errors import ScenarioError
from defectsim.studies.kinds.sweep.load import load_sweep
from sweep_scenario import Load

OFF_RAMP = "policies.off_ramp.value"
SOBOL = "design: {kind: sobol, points: 8}\n"


def faults(load: Load, text: str) -> list[str]:
    """Return what is wrong, with places counted from the first line of `text`."""
    with pytest.raises(ScenarioError) as caught:
        load(text)
    lines = [(fault.line, str(fault)) for fault in caught.value.faults]
    return [said.replace(f"sweeps/try.yaml:{line}:", f"{(line or 0) - 3}:") for line, said in lines]


def only_fault(load: Load, text: str) -> str:
    (fault,) = faults(load, text)
    return fault


def test_a_scenario_is_called_one_and_all_else_about_it_is_left_out() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_sweep("scenarios/venezuela-2019.yaml")
    (fault,) = caught.value.faults
    assert fault.message.startswith("this is a scenario, not a sweep of one: defectsim run scen")


def test_faults_of_the_file_and_of_the_scenario_are_reported_together(load: Load) -> None:
    Path("small.yaml").write_text(Path("small.yaml").read_text().replace("pay: 10", "pai: 10"))
    assert faults(
        load, f"repliactes: 3\nseeds: comon\nset: [clock.en=2018-05-01]\nvary: {{{OFF_RAMP}: 3}}"
    ) == [
        "small.yaml:9:10: people.pai: unknown key; did you mean 'pay'?",
        "1:1: repliactes: unknown key; did you mean 'replicates'?",
        "2:8: seeds: must be 'common', 'own' or 'row'",
        "3:7: clock.en: unknown key; did you mean 'end'?",
        f"4:33: vary.{OFF_RAMP}: must be a list of values, a mapping such as {{levels: 5, range: [0, 1]}}, or null",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("seed: 1", "nothing varies: say what does under vary, or list points"),
        (f"vary: {{{OFF_RAMP}: []}}", "is empty: give one at least"),
        (
            f"{SOBOL}points: [{{{OFF_RAMP}: 0}}]",
            "2:9: points: the points are listed here, and design would make others: keep one of both",
        ),
        (
            f"vary: {{{OFF_RAMP}: null}}",
            "a grid takes a list of values, or a number of them: {levels: 5}",
        ),
        (
            f"{SOBOL}vary: {{{OFF_RAMP}: [0, 1]}}",
            "2:33: vary.policies.off_ramp.value: sobol points fill a range, not a",
        ),
        (
            f"{SOBOL}vary: {{{OFF_RAMP}: {{levels: 3}}}}",
            "fill a range without levels; leave them out",
        ),
        (
            f"design: {{kind: halton}}\nvary: {{{OFF_RAMP}: null}}",
            "say how many points fill the ranges: {kind: halton",
        ),
        (
            f"design: {{points: 3}}\nvary: {{{OFF_RAMP}: [0]}}",
            "1:18: design.points: a grid has as many points as there",
        ),
        (
            f"design: {{kind: sobol, points: 100}}\nvary: {{{OFF_RAMP}: null}}",
            "1:31: design.points: 100 is no power of two, as points of sobol must be: write 64 or 128",
        ),
    ],
)
def test_what_says_no_points_is_refused(load: Load, text: str, fault: str) -> None:
    assert fault in only_fault(load, text)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (
            "policies.of_ramp.value",
            "2:8: policies.of_ramp: there is no such key; did you mean 'off_ramp'?",
        ),
        (
            "conditions.surveilance",
            "no range for it; give one, as in {range: [0, 1]}; did you mean 'surveillance'?",
        ),
        (
            "conditions.sanctions",
            "the scenario has no range for it; give one, as in {range: [0, 1]}",
        ),
        ("people.outside", "the scenario has no range for it"),
        ("policies..value", "write a path such as policies.off_ramp.value"),
    ],
)
def test_a_path_that_leads_to_no_range_is_refused(load: Load, path: str, fault: str) -> None:
    assert fault in only_fault(load, f"{SOBOL}vary: {{{path}: null}}")


@pytest.mark.parametrize(
    ("span", "fault"),
    [
        (
            "{range: [1, 0]}",
            "there are no two numbers from 1 to 0; give another range: [low, high]",
        ),
        ("{range: [0, 1], scale: log}", "the range [0, 1] must be above 0, for its scale is log"),
        (
            "{range: [0, 2]}",
            "lies outside its own range [0, 1]; change the value or widen the range (and others of it",
        ),
    ],
)
def test_a_range_from_which_nothing_can_be_taken_is_refused_once(
    load: Load, span: str, fault: str
) -> None:
    assert fault in only_fault(load, f"{SOBOL}vary: {{{OFF_RAMP}: {span}}}")


@pytest.mark.parametrize(
    ("vary", "fault"),
    [
        (
            "policies.of_ramp.value: [0, 1]",
            "2:3: policies.of_ramp: there is no such key; did you mean 'off_ramp'?",
        ),
        (
            "conditions.surveilance: [0, 1]",
            "2:3: conditions.surveilance: there is no such lever; did you mean",
        ),
        (
            "policies.off_ramp.value: [0, 7]",
            "2:32: policies.off_ramp.value: 7.0 lies outside its own range [0, 1]",
        ),
        (
            "conditions.sanctions: [0.5, 7]",
            "2:31: conditions.sanctions: 7 is out of bounds: must be between 0 and 1",
        ),
        (
            "conditions.sanctions: [0.5, much]",
            "2:31: conditions.sanctions: must be a number, or a mapping with value",
        ),
        (
            "conditions.sanctions: [0.5, 0.50]",
            "2:31: conditions.sanctions: this value is listed twice; keep one of",
        ),
        (
            "policies.off_ramp.value: [0, 1]\n  policies.off_ramp.value.value: [0, 1]",
            "3:3: policies.off_ramp.value: leads to the same as policies.off_ramp.value, which varies too: keep one",
        ),
        (
            "policies.off_ramp.value: [0, 1]\n  policies.off_ramp: [null]",
            "3:3: policies.off_ramp: stands above policies.off_ramp.value, which varies too: keep one of them",
        ),
        (
            "policies.rise.ramp_days: {levels: 5, range: [1, 3]}",
            "2:28: policies.rise.ramp_days: only 3 of 5 levels differ, for they are whole numbers: take fewer",
        ),
        (
            "policies.off_ramp.value: {levels: 1000}\n  conditions.sanctions: {levels: 1000, range: [0, 1]}",
            "2:3: makes 2,000,000 points, where 100,000 is the most; make several sweeps, "
            "for so many take about 20 GB of memory",
        ),
    ],
)
def test_a_fault_in_a_grid_has_its_place_and_is_reported_once(
    load: Load, vary: str, fault: str
) -> None:
    assert fault in only_fault(load, f"vary:\n  {vary}\n  policies.rise.value: [1, 2]")


@pytest.mark.parametrize(
    ("path", "values", "reason"),
    [
        ("replicates", "[1, 7]", "write replicates: beside vary, and every point has so many"),
        ("name", "[a, b]", "a study has the name of its sweep"),
        ("question", "[a, b]", "a study has the question of its sweep"),
        ("policies.off_ramp.source", "[a, b]", "it only says where a number comes from"),
        ("conditions.surveillance.range", "[[0, 1]]", "it only says what else is plausible; vary"),
        ("policies.rise.actor", "[US, EU]", "it only says whose policy it is"),
        ("policies.rise.cost", "[1, 2]", "it is only added up"),
    ],
)
def test_what_changes_no_run_cannot_vary(load: Load, path: str, values: str, reason: str) -> None:
    said = f"{path}: to vary it changes no run: {reason}"
    assert f"2:3: {said}" in only_fault(load, f"vary:\n  {path}: {values}")
    found = faults(load, f"points:\n- {{{path}: {values}}}")
    assert found[0].startswith(f"2:4: {said}")


def test_what_has_no_effect_beside_what_varies_is_refused(load: Load) -> None:
    assert only_fault(load, f"set: [{OFF_RAMP}=0.3]\nvary: {{{OFF_RAMP}: [0, 1]}}") == (
        f"1:7: {OFF_RAMP}: this has no effect, for it varies: keep one of both"
    )
    assert only_fault(load, f"design: {{seed: 3}}\nvary: {{{OFF_RAMP}: [0, 1]}}") == (
        "1:16: design.seed: a grid draws nothing, so this has no effect; leave it out"
    )


def test_runs_of_all_points_have_a_bound(load: Load) -> None:
    vary = f"vary: {{{OFF_RAMP}: {{levels: 1000}}}}"
    assert only_fault(load, f"replicates: 20000\n{vary}") == (
        "2:7: 1,000 points of 20,000 runs: 20,000,000 is out of bounds: must be between 1 and "
        "10,000,000; so many take about 6 GB of memory"
    )
    assert only_fault(load, f"replicates: 1000000000\n{vary}") == (
        "1:13: replicates: 1,000,000,000 is out of bounds: must be between 1 and 10,000,000; so "
        "many take about 300 GB of memory"
    )
    assert "must be at most 100,000" in only_fault(
        load, f"vary: {{{OFF_RAMP}: {{levels: 1000000000}}}}"
    )


def test_what_only_some_points_make_wrong_says_which(load: Load) -> None:
    vary = "{policies.off_ramp.value: [0, 1], conditions.sanctions: [0.5, 0, 0.2]}"
    fault = only_fault(load, f"vary: {vary}")
    assert fault.startswith("small.yaml:14:13: policies.off_ramp: offers relief from nothing: ")
    assert fault.endswith(
        "; write one, or take this one out (in 1 of 6 points, first in point 4: "
        "policies.off_ramp.value=1.0, conditions.sanctions=0.0)"
    )


def test_faults_of_all_points_are_reported_at_once(load: Load) -> None:
    assert faults(
        load, "points:\n- {conditions.sanctions: 2}\n- {conditions.protest: 3}\n- {people.pay: -1}"
    ) == [
        "2:26: conditions.sanctions: 2 is out of bounds: must be between 0 and 1",
        "3:24: conditions.protest: 3 is out of bounds: must be between 0 and 1",
        "4:16: people.pay: -1 is out of bounds: must be at least 0",
    ]


def test_two_points_that_are_alike_are_refused(load: Load) -> None:
    found = only_fault(load, "points:\n- {conditions.surveillance: 0.3}\n- {}")
    assert found == "3:3: points.1: this point is like one above it; keep one of both"
    filled = "design: {kind: halton, points: 30}\nvary: {policies.rise.ramp_days: null}"
    assert "16 of 30 points are like others, for the ranges have few whole numbers" in only_fault(
        load, filled
    )


def test_one_path_twice_in_a_point_is_refused(load: Load) -> None:
    assert "leads to the same as" in only_fault(
        load, f"points: [{{{OFF_RAMP}: 0, {OFF_RAMP}.value: 1}}]"
    )


def test_a_scenario_that_is_not_there_is_asked_for_where_it_is_named(load: Load) -> None:
    Path("small.yaml").rename("smaller.yaml")
    assert (
        "sweeps/try.yaml:3:11: there is no file small.yaml; did you mean 'smaller.yaml'?"
        in only_fault(load, f"vary: {{{OFF_RAMP}: [0]}}").replace("0:11", "sweeps/try.yaml:3:11")
    )


def test_a_sweep_that_is_not_there_is_said(load: Load) -> None:
    with pytest.raises(ScenarioError, match=r"there is no file nowhere\.yaml"):
        load_sweep("nowhere.yaml")
