"""A run that is forked, or goes on from a snapshot, is to the bit the run from its start."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOBODY, laid_over, small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.events import PLACE
from defectsim.engine.protocol import Engine
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.fork import ForkedRuns
from defectsim.engine.snapshots.snapshot import Snapshot
from defectsim.model.levers import LEVERS
from defectsim.model.transitions import Status
from defectsim.scenario.schema import Scenario
from eventful_scenarios import (
    ACTS,
    CALMER,
    EAGER,
    OWN,
    acts,
    assert_same,
    changes,
    dates,
    policies,
    shared_prefix,
)

BUSY: dict[str, Any] = {
    "clock": {"end": dt.date(2018, 10, 1)},
    "forces": {
        "company": {"officer": 4, "nco": 6, "enlisted": 20},
        "branches": {
            "army": {"strength": 240, "generals": 14},
            "guard": {"strength": 120, "generals": 8},
        },
    },
    "people": {
        "signal": {"normal": [0, 1], "per": "unit"},
        "exposure": {"officer": {"beta": [2, 2]}, "general": {"beta": [5, 2]}},
    },
    "conditions": {"surveillance": 0.2, "sanctions": 0.8},
    "news": {"treatment_days": 30, "memory_days": 20},
    "plots": {"contacts": 10, "quorum": 0.25, "days": 16},
    "command": {"vacancy_days": 21},
}
"""Some hundred people for 39 weeks: they leave by every transition, plot, strike, fail and are promoted."""
SELDOM = {"base_plotting": 0.3, "base_defection": 0.3}
SHIPPED: dict[str, Any] = {
    **EAGER,
    "soldier": {"parameters": {**EAGER["soldier"]["parameters"], **SELDOM}},
    "general": {"parameters": {**EAGER["general"]["parameters"], **SELDOM}},
    "belief": {"parameters": {"confidence": 2}},
    "stand": CALMER["stand"],
}
"""The rules that ship, at rates at which much happens, but no coup in the first months."""
MAY = dt.date(2018, 5, 14)
RAMP = {"lever": "off_ramp", "value": 0.8, "effective": MAY}
BAN = {"lever": "travel_ban", "value": 0.9, "effective": MAY}
STEP = 19
"""The step that begins on that date."""


def busy(behaviour: Mapping[str, Any] = CALMER, **said: Any) -> Scenario:
    return small_scenario(**laid_over(BUSY, said), behaviour=behaviour)


def sides(join: float, resist: float) -> dict[str, Any]:
    return {
        **CALMER,
        "stand": {"rule": "rules:sides", "parameters": {"join": join, "resist": resist}},
    }


def forked(
    scenarios: Sequence[Scenario], replicate: int = 0, seed: int = 0, **options: Any
) -> dict[int, Engine]:
    setups = [StudySetup(scenario, seed) for scenario in scenarios]
    return {place: run() for place, run in ForkedRuns(setups, **options).runs(replicate)}


def assert_forked_as_run(*scenarios: Scenario, step: int) -> dict[int, Engine]:
    """Compare runs forked at a step with straight ones, which differ, and before which much happened."""
    assert shared_prefix(scenarios) == step
    runs = forked(scenarios)
    for place, scenario in enumerate(scenarios):
        assert_same(runs[place], simulate(StudySetup(scenario, 0), 0))
        assert (runs[place].events.step < step).sum() > 20
    ends = {tuple(run.events.row.tolist()) for run in runs.values()}
    assert len(ends) > 1
    return runs


def snapshot_at(scenario: Scenario, step: int) -> Snapshot:
    snapshot: Snapshot = begin_run(StudySetup(scenario, 0), 0).run(step).snapshot()
    return snapshot


@pytest.mark.parametrize("behaviour", [SHIPPED, CALMER], ids=["shipped", "own"])
def test_offers_that_differ_from_a_date_on_are_forked_there(behaviour: dict[str, Any]) -> None:
    offers = [
        busy(behaviour=behaviour, policies={"ramp": {**RAMP, "value": value}})
        for value in (0, 0.4, 1)
    ]
    assert_forked_as_run(*offers, step=STEP)


@pytest.mark.long
@pytest.mark.parametrize(
    ("behaviour", "engine"),
    [(SHIPPED, "cohorts"), (CALMER, "cohorts"), (CALMER, "rows")],
    ids=["shipped", "own", "own-in-rows"],
)
def test_a_run_goes_on_from_the_beginning_of_any_step(
    behaviour: dict[str, Any], engine: EngineName
) -> None:
    done = {
        name: {**ACTS[name], "date": MAY + dt.timedelta(weeks=weeks)}
        for weeks, name in enumerate(ACTS, -2)
    }
    setup = StudySetup(
        busy(behaviour=behaviour, acts=done, observers={"one": "example_scripts:observe"}), 0
    )
    straight, run = simulate(setup, 1), begin_run(setup, 1, engine)
    for step in range(setup.scenario.clock.steps + 1):
        snapshot = run.run(step).snapshot()
        assert snapshot.step == step
        assert_same(begin_run(setup, 1, engine, snapshot=snapshot).run().engine, straight)
    assert_same(run.engine, straight)


@pytest.mark.parametrize("act", ["purge", "go_over", "rise"])
@pytest.mark.parametrize("weeks", [-8, -1, 3])
def test_what_is_done_to_people_before_and_after_a_fork_is_done_in_both(
    act: str, weeks: int
) -> None:
    done = {act: {**ACTS[act], "date": MAY + dt.timedelta(weeks=weeks)}}
    more = {**done, "late": {**ACTS["purge"], "date": MAY}}
    assert_forked_as_run(busy(acts=done), busy(acts=more, policies={"ban": BAN}), step=STEP)


@pytest.mark.parametrize("act", ["purge", "go_over", "rise", "cut"])
def test_runs_are_forked_where_only_one_of_them_has_an_act(act: str) -> None:
    assert_forked_as_run(busy(), busy(acts={act: {**ACTS[act], "date": MAY}}), step=STEP)


def test_conspiracies_attempts_and_vacancies_under_way_go_on_in_a_fork() -> None:
    guard = {"rank": ["officer"], "branch": ["guard"]}
    rise = {"rise": {**ACTS["rise"], "date": MAY - dt.timedelta(weeks=1), "audience": guard}}
    scenarios = [busy(acts=rise, policies=said) for said in ({}, {"ban": BAN})]
    institutions = snapshot_at(scenarios[0], STEP).run.institutions
    assert institutions.conspiracies
    assert institutions.vacancies
    assert institutions.attempt
    assert institutions.attempt.step == STEP - 1
    runs = assert_forked_as_run(*scenarios, step=STEP)
    assert [
        attempt
        for attempt in runs[0].attempts
        if attempt.step == STEP - 1 and attempt.decided > STEP
    ]


def test_what_a_failed_attempt_taught_and_earned_is_kept_in_a_fork() -> None:
    rise = {"rise": {**ACTS["rise"], "date": MAY - dt.timedelta(weeks=6)}}
    behaviour = sides(join=0, resist=0.5)
    news = {"memory_days": 60}
    scenarios = [
        busy(acts=rise, behaviour=behaviour, news=news, policies=said)
        for said in ({}, {"ban": BAN})
    ]
    snapshot = snapshot_at(scenarios[0], STEP)
    assert {*snapshot.columns} == {"attachment", "jeopardy"}
    assert 0 < snapshot.engine.attempt_memory.lesson < 1
    assert_forked_as_run(*scenarios, step=STEP)


def test_after_a_success_a_fork_stays_as_it_is() -> None:
    rise = {"rise": {**ACTS["rise"], "date": MAY - dt.timedelta(weeks=6)}}
    behaviour = sides(join=1, resist=0)
    scenarios = [busy(acts=rise, behaviour=behaviour, policies=said) for said in ({}, {"ban": BAN})]
    assert snapshot_at(scenarios[0], STEP).run.institutions.succeeded
    runs = forked(scenarios)
    for place, scenario in enumerate(scenarios):
        assert_same(runs[place], simulate(StudySetup(scenario, 0), 0))


def test_a_policy_that_has_waited_and_acts_goes_on_in_a_fork_and_one_that_waits_still_waits() -> (
    None
):
    at_once = {"effective": dt.date(2018, 1, 1)}
    waiting = {
        "soon": {
            "lever": "travel_ban",
            "value": 0.9,
            **at_once,
            "when": "deserted >= 4",
            "ramp_days": 200,
        },
        "late": {"lever": "pay", "value": 3, **at_once, "when": "deserted >= 12"},
    }
    purge = {"purge": {**ACTS["purge"], "date": MAY}}
    scenarios = [busy(policies=waiting, acts=said) for said in ({}, purge)]
    assert {*snapshot_at(scenarios[0], STEP).run.triggered} == {"soon"}
    runs = assert_forked_as_run(*scenarios, step=STEP)
    assert all(not run.inputs.calendar.waiting for run in runs.values())


def test_policies_that_wait_from_the_date_of_the_fork_on_start_in_those_that_have_them() -> None:
    ban = {**BAN, "when": "deserted >= 1"}
    others = [busy(policies={"ban": {**ban, "value": value}}) for value in (0.2, 0.9)]
    runs = assert_forked_as_run(busy(), *others, step=STEP)
    assert all(run.inputs.calendar.started == {"ban": MAY} for run in (runs[1], runs[2]))


def test_observers_see_each_date_once() -> None:
    seen = {"observers": {"one": "example_scripts:observe"}}
    runs = assert_forked_as_run(busy(**seen), busy(**seen, policies={"ban": BAN}), step=STEP)
    clock = busy().clock
    assert [one.date for one in runs[1].observations if one.name == "loyal"] == clock.dates()


def test_audiences_that_read_what_no_rule_reads_make_other_cells_and_the_same_runs() -> None:
    """Cells of a fork may be finer, or coarser, than those of the prefix: by exposure, and by name."""
    names = {"agents": [f"army-{number}" for number in range(1, 60)]}
    said: list[Mapping[str, Any]] = [{"exposure": 0.4}, names, {"rank": ["officer"]}, {}]
    scenarios = [busy(policies={"ban": {**BAN, "audience": audience}}) for audience in said]
    assert_forked_as_run(*scenarios, step=STEP)
    assert_forked_as_run(*reversed(scenarios), step=STEP)


def test_clocks_that_end_on_other_dates_share_their_prefix() -> None:
    for ends in (
        (dt.date(2018, 6, 4), dt.date(2018, 10, 1)),
        (dt.date(2018, 10, 1), dt.date(2018, 6, 4)),
    ):
        assert_forked_as_run(*(busy(clock={"end": end}) for end in ends), step=22)


def test_runs_that_branch_again_and_again_are_each_what_they_would_be_alone() -> None:
    bans = [
        {"ban": {**BAN, "effective": MAY + dt.timedelta(weeks=weeks)}}
        for weeks in (4, -6, 8, 4, -3, 0)
    ]
    bans[3]["ban"]["value"] = 0.1
    runs = assert_forked_as_run(busy(), *(busy(policies=ban) for ban in bans), step=STEP - 6)
    assert len(runs) == 7


@st.composite
def families(draw: st.DrawFn) -> tuple[list[Scenario], int]:
    """Draw scenarios of one army that differ in what governments do from a day on; and the first step that may."""
    day = draw(st.integers(1, 60))
    date = dt.date(2018, 1, 1) + dt.timedelta(days=day)
    common = draw(changes([EAGER, OWN], {}))
    waits = {
        **draw(policies(["travel_ban", "pay", "surveillance"])),
        "announced": None,
        "when": "deserted >= 3",
    }
    common["policies"] |= draw(st.sampled_from([{}, {"waiting": {**waits, "actor": "waiter"}}]))
    common["observers"] = draw(st.sampled_from([{}, {"one": "example_scripts:observe"}]))
    begun = {
        name
        for name, one in common["policies"].items()
        if (one["announced"] or one["effective"]) < date
    }
    done = {name: one for name, one in common["acts"].items() if one["date"] < date}
    family = [common]
    for name in ("g", "h", "i")[: draw(st.integers(1, 3))]:
        kept = {
            one: said
            for one, said in common["policies"].items()
            if one in begun or draw(st.booleans())
        }
        own = {name: {**draw(policies(LEVERS, day)), "actor": name}}
        end = {**common["clock"], "end": draw(dates(64, 120))}
        doing = draw(st.sampled_from([common["acts"], {**draw(acts(day)), **done}]))
        family.append({**common, "policies": {**kept, **own}, "clock": end, "acts": doing})
    found = [small_scenario(**said) for said in family]
    return found, found[0].clock.step_on(date)


@pytest.mark.long
@settings(max_examples=20)
@given(drawn=families(), seed=st.integers(0, 2**40), replicate=st.integers(0, 5))
def test_any_family_of_small_scenarios_is_forked_as_it_is_run(
    drawn: tuple[list[Scenario], int], seed: int, replicate: int
) -> None:
    family, step = drawn
    assert shared_prefix(family) >= step > 0
    runs, by_rows = (forked(family, replicate, seed, engine=one) for one in ("cohorts", "rows"))
    for place, scenario in enumerate(family):
        assert_same(runs[place], by_rows[place])
        assert_same(runs[place], simulate(StudySetup(scenario, seed), replicate))


@settings(max_examples=40)
@given(said=changes([EAGER, OWN], {}), seed=st.integers(0, 2**40), data=st.data())
def test_any_small_run_goes_on_from_any_two_dates(
    said: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    setup = StudySetup(small_scenario(**said), seed)
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, setup.scenario.clock.steps)] * 2)))
    snapshot = (
        begin_run(setup, 0, snapshot=begin_run(setup, 0).run(first).snapshot())
        .run(second)
        .snapshot()
    )
    assert_same(begin_run(setup, 0, snapshot=snapshot).run().engine, simulate(setup, 0))


def test_without_forks_the_runs_are_the_same() -> None:
    scenarios = [busy(), busy(policies={"ban": BAN})]
    with_forks, without = forked(scenarios), forked(scenarios, fork=False)
    for place in (0, 1):
        assert_same(with_forks[place], without[place])


def test_another_threshold_in_a_snapshot_is_another_run() -> None:
    setup = StudySetup(busy(), 0)
    snapshot = snapshot_at(setup.scenario, STEP)
    staying = int(np.setdiff1d(np.arange(len(setup.population)), simulate(setup, 0).events.row)[0])
    threshold = snapshot.engine.remaining_threshold.copy()
    threshold[staying, PLACE["desert"]] = 1
    engine = snapshot.engine._replace(remaining_threshold=threshold)
    other = replace(snapshot, engine=engine)
    gone = begin_run(setup, 0, snapshot=other).run().engine
    assert gone.events.step[gone.events.row == staying].tolist() == [STEP]
    assert gone.status[staying] == Status.DESERTED


DIVIDES = {"soldier": "rules:goes_wrong", "general": "rules:steady", "follow": NOBODY}
"""A rule that divides by the travel ban, and goes wrong where there is none."""


def banned_until(*ends: dt.date) -> list[Scenario]:
    ban = {"lever": "travel_ban", "value": 0.5, "effective": dt.date(2018, 1, 1)}
    return [
        small_scenario(behaviour=DIVIDES, policies={"ban": {**ban, "until": end}}) for end in ends
    ]


@pytest.mark.long
def test_an_error_after_a_fork_is_raised_by_that_run_alone() -> None:
    scenarios = banned_until(dt.date(2018, 3, 5), dt.date(2019, 1, 1))
    failed = dict.fromkeys((0, 1), False)
    for place, run in ForkedRuns([StudySetup(scenario, 0) for scenario in scenarios]).runs(0):
        try:
            assert_same(run(), simulate(StudySetup(scenarios[place], 0), 0))
        except ZeroDivisionError:
            failed[place] = True
    assert failed == {0: True, 1: False}


@pytest.mark.long
def test_an_error_in_a_common_prefix_is_raised_by_each_run() -> None:
    ban = {
        "lever": "travel_ban",
        "value": 0.5,
        "effective": dt.date(2018, 1, 1),
        "until": dt.date(2018, 3, 5),
    }
    later = {"lever": "pay", "value": 2, "effective": dt.date(2018, 4, 2)}
    policies: list[dict[str, Any]] = [
        {},
        {"later": later},
        {"later": {**later, "effective": dt.date(2018, 5, 7)}},
    ]
    scenarios = [
        small_scenario(behaviour=DIVIDES, policies={"ban": ban, **more}) for more in policies
    ]
    assert shared_prefix(scenarios) == 13
    failed = []
    for place, run in ForkedRuns([StudySetup(scenario, 0) for scenario in scenarios]).runs(0):
        with pytest.raises(ZeroDivisionError):
            run()
        failed.append(place)
    assert sorted(failed) == [0, 1, 2]
