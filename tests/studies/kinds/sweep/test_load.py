"""A sweep has the points that its file says, and each is the scenario that --set would make of it."""

import json
from pathlib import Path

import pytest

from defectsim.core.errors import ScenarioError, StudyDamagedError
from defectsim.scenario.load import load as load_scenario
from defectsim.scenario.overrides import as_yaml
from defectsim.studies.kinds.sweep.load import load_sweep
from defectsim.studies.plan import Plan, read_plan
from sweep_scenario import Load

GRID = "vary: {policies.off_ramp.value: [0, 0.9], conditions.surveillance: {levels: 3}}\nseed: 5\nreplicates: 3"
SURVEILLANCE = "conditions.surveillance"
CURFEW = 'levers.curfew={unit: "0..1", default: 0.5, combiner: any}'


def stored(sweep: Plan, data: object = None) -> Plan:
    """Return a plan, or other data, as it is read from the working folder."""
    for name, text in sweep.texts.items():
        Path(name).write_text(text)
    if data is not None:
        Path("plan.json").write_text(json.dumps(data))
    return read_plan(Path(), allow_code=False)


def values(sweep: Plan, path: str) -> list[object]:
    return [point.values[path] for point in sweep.points]


def test_a_grid_has_every_combination_the_last_varying_fastest(load: Load) -> None:
    sweep = load(GRID)
    assert (sweep.name, sweep.question, sweep.replicates, sweep.seed) == ("try", "What then?", 3, 5)
    assert sweep.varies == ("policies.off_ramp.value", SURVEILLANCE)
    assert [tuple(point.values.values()) for point in sweep.points] == [
        (0, 0.1),
        (0, 0.4),
        (0, 0.7),
        (0.9, 0.1),
        (0.9, 0.4),
        (0.9, 0.7),
    ]


def test_each_point_is_what_set_makes_of_the_scenario(load: Load) -> None:
    sweep = load(f"set: [clock.end=2018-06-01]\n{GRID}")
    for number, point in enumerate(sweep.points):
        said = [f"{path}={value}" for path, value in point.values.items()]
        assert (
            sweep.scenario(number).hash
            == load_scenario("small.yaml", ["clock.end=2018-06-01", *said]).hash
        )


@pytest.mark.parametrize(
    "text",
    [
        GRID,
        f"set: ['{CURFEW}']\nvary: {{levers.curfew.default: [0.5, 0.7, 0.9]}}",  # a resolved one has the condition, too
        "vary: {people.grievance.officer: [0, 1, 2]}",  # and grievance, as one number for all ranks
        "vary: {policies.rise: [null, {value: 3}], clock.end: [2018-06-01, 2018-05-01]}",
        "vary: {policies.off_ramp.audience: [{rank: [general]}, {rank: [officer, general]}]}",
        "design: {kind: halton, points: 5}\nvary: {policies.rise.ramp_days: null, conditions.surveillance: null}",
        "points: [{}, {conditions.surveillance: 0.5}, {policies.rise: null}]",
    ],
)
def test_a_study_folder_makes_every_point_again(load: Load, text: str) -> None:
    sweep = load(text)
    again = stored(sweep)
    assert (again.data, again.points) == (sweep.data, sweep.points)
    hashes = [again.scenario(number).hash for number in range(len(again.points))]
    assert hashes == [sweep.scenario(number).hash for number in range(len(sweep.points))]
    assert len(set(hashes)) == len(hashes)


def test_a_point_is_run_by_itself_from_the_scenario_that_is_stored(load: Load) -> None:
    sweep = load(GRID)
    Path("scenario.yaml").write_text(as_yaml(sweep.base.scenario))
    assert sweep.points[4].overrides == (
        "conditions.surveillance=0.4",
        "policies.off_ramp.value=0.9",
    )
    assert load_scenario("scenario.yaml", sweep.points[4].overrides).hash == sweep.scenario(4).hash


def test_what_no_plan_is_is_refused(load: Load) -> None:
    sweep = load(GRID)
    for wrong in ({"files": []}, {**sweep.data, "seeds": "many"}, {**sweep.data, "points": [1]}):
        with pytest.raises(StudyDamagedError, match="cannot be understood"):
            stored(sweep, wrong)
    for wrong in ({}, [], {"files": 1}):
        with pytest.raises(StudyDamagedError, match=r"cannot be continued .* run the study again"):
            stored(sweep, wrong)


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "halton"])
def test_points_fill_the_scenarios_ranges_or_those_given(load: Load, kind: str) -> None:
    vary = "{conditions.surveillance: null, policies.rise.value: {range: [1.5, 3], scale: log}}"
    sweep = load(f"design: {{kind: {kind}, points: 8, seed: 2}}\nvary: {vary}")
    assert len(sweep.points) == 8
    assert {key: sweep.design[key] for key in ("kind", "sampling", "points", "seed")} == {
        "kind": "sweep",
        "sampling": kind,
        "points": 8,
        "seed": 2,
    }
    surveillance, rise = sweep.design["inputs"].values()
    assert (surveillance["low"], surveillance["high"], surveillance["log"]) == (0.1, 0.7, False)
    assert (rise["low"], rise["high"], rise["log"], rise["grade"]) == (1.5, 3.0, True, "unsourced")
    assert surveillance["meaning"].endswith(".")
    for path, low, high in ((SURVEILLANCE, 0.1, 0.7), ("policies.rise.value", 1.5, 3)):
        found = [float(value) for value in values(sweep, path)]
        assert low <= min(found) < low + (high - low) / 4
        assert high - (high - low) / 4 < max(found) <= high


def test_where_the_scenario_takes_whole_numbers_so_does_the_sweep(load: Load) -> None:
    sweep = load("design: {kind: halton, points: 12}\nvary: {policies.rise.ramp_days: null}")
    days = [float(value) for value in values(sweep, "policies.rise.ramp_days")]
    assert all(day.is_integer() and 1 <= day <= 14 for day in days)
    assert values(
        load("vary: {policies.rise.ramp_days: {levels: 3, range: [0.5, 5]}}"),
        "policies.rise.ramp_days",
    ) == [
        1,
        3,
        5,
    ]


def test_a_point_says_what_the_scenario_says_where_its_line_does_not(load: Load) -> None:
    new = "{lever: amnesty, value: 0.5, effective: 2018-02-01}"
    sweep = load(f"points: [{{}}, {{conditions.surveillance: 0.5}}, {{policies.new: {new}}}]")
    assert values(sweep, SURVEILLANCE) == [0.3, 0.5, 0.3]
    assert [str(value)[:9] for value in values(sweep, "policies.new")] == [
        "null",
        "null",
        '{"lever":',
    ]
    assert sweep.points[0].overrides == ()
    assert "new" in sweep.scenario(2).policies


def test_values_of_one_path_are_of_one_kind(load: Load) -> None:
    sweep = load("vary: {policies.rise.until: [2018-04-01, null], record.events: [true, false]}")
    assert values(sweep, "policies.rise.until") == ["2018-04-01", "2018-04-01", "null", "null"]
    assert values(sweep, "record.events") == [True, False, True, False]


def test_seeds_are_common_or_each_points_own(load: Load) -> None:
    common, own = load(GRID), load(f"{GRID}\nseeds: own")
    assert {common.seed_of(point) for point in range(6)} == {5}
    assert len({own.seed_of(point) for point in range(6)} | {5}) == 7
    assert [own.seed_of(point) for point in range(6)] == [
        load(f"{GRID}\nseeds: own").seed_of(n) for n in range(6)
    ]


def test_what_a_sweep_leaves_open_is_the_scenarios_or_fresh(load: Load) -> None:
    sweep, other = (load("vary: {policies.off_ramp.value: [0, 1]}") for _ in range(2))
    assert sweep.replicates == 40
    assert sweep.seed != other.seed


def test_overrides_of_the_command_lie_over_those_of_the_file(load: Load) -> None:
    load(f"set: [clock.end=2018-06-01, replicates=4]\n{GRID}")
    sweep = load_sweep("sweeps/try.yaml", ["clock.end=2018-05-01"])
    assert {str(sweep.scenario(point).clock.end) for point in range(6)} == {"2018-05-01"}
    assert int(sweep.base.scenario.replicates) == 4


MANY_POINTS = ("what-drives-it", "where-it-falls", "most-robust", "calibration")
SHIPPED = sorted(Path("scenarios/sweeps").glob("*.yaml"))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.long] * (path.stem in MANY_POINTS))
        for path in SHIPPED
    ],
)
def test_a_shipped_sweep_loads_and_asks_a_question(path: Path) -> None:
    sweep = load_sweep(path)
    assert sweep.name == path.stem
    assert sweep.question.endswith("?")
    runs = [(point.scenario, sweep.seed_of(number)) for number, point in enumerate(sweep.points)]
    assert len({*runs}) == len(runs)


def test_a_sweep_names_a_shipped_scenario_in_any_folder(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = "name: mine\nquestion: What then?\nvary: {conditions.surveillance: [0.1, 0.3]}\n"
    file.write_text(f"scenario: defectsim:yemen-2011\n{text}")
    assert load_sweep(file).base.scenario.name == "yemen-2011"
    file.write_text(f"scenario: defectsim:yemen\n{text}")
    with pytest.raises(ScenarioError) as caught:
        load_sweep(file)
    assert str(caught.value) == (
        f"{file}:1:11: no scenario that ships is called 'yemen'; did you mean 'yemen-2011'?"
    )
