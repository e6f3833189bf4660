"""Both engines, and both plans, agree on rules that read the date and levers that follow series."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOBODY, SMALL, START, small_scenario
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots import checkpoint
from defectsim.engine.snapshots.fork import ForkedRuns
from defectsim.model.rule import TIES
from defectsim.model.transitions import Status
from defectsim.scenario.schema import Scenario
from eventful_scenarios import PLANS, assert_plans_agree, assert_same, shared_prefix

TIMED: dict[str, Any] = {
    "soldier": "rules:keeps_time",
    "general": "rules:keeps_time",
    "follow": {"rule": "rules:chance"},
}
CASUALTIES = {"casualties": {"unit": "people/week", "default": 0, "combiner": "sum"}}
NAMES = {
    "none": ["all"],
    "branch": ["army", "guard"],
    "unit": ["army", "guard", "army brigade 1", "guard company 2", "army company 3"],
}


@st.composite
def series(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a series over the half year of the small scenario, in months or weeks."""
    days = draw(st.sampled_from([7, 30, 200]))
    dates = [START + dt.timedelta(days * place) for place in range(180 // days + 1)]
    by = draw(st.sampled_from([*NAMES]))
    numbers = st.lists(st.floats(0, 30), min_size=len(dates), max_size=len(dates))
    values = {name: draw(numbers) for name in NAMES[by]}
    between = draw(st.sampled_from(["hold", "linear"])) if days < 200 else "hold"
    return {"series": {"dates": dates, "values": values, "by": by, "between": between}}


def policy(value: dict[str, Any], first: int, audience: dict[str, Any]) -> dict[str, Any]:
    effective = START + dt.timedelta(first)
    return {
        "lever": "casualties",
        "value": value,
        "effective": effective,
        "until": effective + dt.timedelta(60),
        "ramp_days": 20,
        "audience": audience,
    }


REPEATED = {
    "purge": {
        "act": "defectsim.policies.government:purge",
        "parameters": {"share": 0.05, "arrested": 0.5},
        "every": "14 days",
        "from": START,
    },
    "friends": {
        "act": "example_scripts:arrest_friends",
        "every": "1 month",
        "from": START + dt.timedelta(20),
        "until": START + dt.timedelta(120),
    },
}


@pytest.mark.long
@settings(max_examples=15)
@given(
    condition=series(),
    value=series(),
    first=st.integers(0, 60),
    acts=st.sampled_from([{}, REPEATED]),
    audience=st.sampled_from(
        [{}, {"rank": ["officer"]}, {"exposure": 0.2}, {"agents": ["army-1"]}]
    ),
    seed=st.integers(0, 2**40),
)
def test_plans_agree_on_series_and_on_acts_that_repeat(
    condition: dict[str, Any],
    value: dict[str, Any],
    first: int,
    acts: dict[str, Any],
    audience: dict[str, Any],
    seed: int,
) -> None:
    scenario = small_scenario(
        behaviour=TIMED,
        levers=CASUALTIES,
        conditions={"casualties": condition},
        policies={"march": policy(value, first, audience)},
        acts=acts,
    )
    assert_plans_agree(scenario, seed)


@pytest.mark.long
def test_a_run_goes_on_from_a_snapshot_with_the_date_and_the_series_of_its_step() -> None:
    values = {"series": {"dates": [START, START + dt.timedelta(200)], "values": [0.0, 20.0]}}
    values["series"]["between"] = "linear"
    scenario = small_scenario(behaviour=TIMED, levers=CASUALTIES, conditions={"casualties": values})
    setup = StudySetup(scenario, 3)
    for plan in PLANS:
        straight = simulate(setup, 0, plan)
        snapshot = begin_run(setup, 0, plan).run(11).snapshot()
        assert_same(straight, begin_run(setup, 0, plan, snapshot=snapshot).run().engine)
        assert (straight.events.step > 11).any()


def test_runs_fork_where_a_policy_that_follows_a_series_begins_to_differ() -> None:
    dates = [START + dt.timedelta(28 * month) for month in range(7)]
    march = {"lever": "casualties", "effective": START}
    armies = [
        small_scenario(
            behaviour=TIMED,
            levers=CASUALTIES,
            policies={"march": {**march, "value": {"series": {"dates": dates, "values": values}}}},
        )
        for values in ([1, 2, 3, 4, 5, 6, 7], [1, 2, 30, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 70])
    ]
    assert shared_prefix(armies) == 8
    setups = [StudySetup(army, 1) for army in armies]
    for place, run in ForkedRuns(setups).runs(0):
        assert_same(run(), simulate(setups[place], 0))


@pytest.mark.long
def test_rules_read_the_day_and_the_years_of_the_step_that_begins() -> None:
    rule = {"rule": "rules:on_a_date"}
    scenario = small_scenario(
        clock={"start": dt.date(2018, 2, 1), "end": dt.date(2020, 1, 1), "step_days": 1},
        behaviour={"soldier": rule, "general": rule, "follow": NOBODY},
    )
    for engine in ("reference", "cohorts"):
        run = simulate(StudySetup(scenario, 0), 0, engine)
        assert {*run.events.step.tolist()} == {(dt.date(2019, 3, 1) - dt.date(2018, 2, 1)).days}
        assert not np.any(run.status == Status.LOYAL)


REDRAWN: list[dict[str, Any]] = [
    {"kind": "erdos_renyi", "mean_degree": 4, "redraw": True, "directed": True},
    {"kind": "assortative", "by": "branch", "index": 0.8, "mean_degree": 3, "redraw": True},
    {"kind": "academy", "neighbours": 4, "classes": 3, "redraw": True},
    {"kind": "edges", "edges": [["army-1", "army-2"], ["guard-1", "army-1"]], "directed": True},
]


def tied(ties: dict[str, Any], **changes: Any) -> Scenario:
    network = {**dict.fromkeys(SMALL["forces"]["ties"]), **ties}
    return small_scenario(
        behaviour=TIMED, levers=CASUALTIES, forces={"ties": network}, acts=REPEATED, **changes
    )


@settings(max_examples=15)
@given(ties=st.sampled_from(REDRAWN), seed=st.integers(0, 2**40), replicate=st.integers(0, 5))
def test_plans_agree_on_ties_in_every_status_in_networks_that_are_redrawn_or_directed(
    ties: dict[str, Any], seed: int, replicate: int
) -> None:
    assert_plans_agree(tied(ties), seed, replicate)


@pytest.mark.parametrize("ties", REDRAWN[:2], ids=lambda ties: ties["kind"])
def test_a_run_goes_on_from_a_checkpoint_with_the_ties_of_its_replicate(
    ties: dict[str, Any], tmp_path: Path
) -> None:
    setup = StudySetup(tied(ties), 3)
    for plan in PLANS:
        straight = simulate(setup, 2, plan)
        saved = checkpoint.save(begin_run(setup, 2, plan).run(11).snapshot(), tmp_path / "x", setup)
        resumed = begin_run(setup, 2, plan, snapshot=checkpoint.load(saved, setup)).run().engine
        assert_same(straight, resumed)
        for place, name in enumerate(setup.decisions.ties):
            counted = resumed.state.tied[place] / np.maximum(resumed.state.degree, 1)
            assert counted.tolist() == resumed.ties_in(TIES[name]).tolist()


def test_only_statuses_that_rules_read_are_counted_of_ties() -> None:
    assert StudySetup(tied({}), 0).decisions.ties == (
        "ties_shirking",
        "ties_plotting",
        "ties_deserted",
        "ties_defected",
        "ties_arrested",
    )
    assert StudySetup(small_scenario(), 0).decisions.ties == ("ties_defected",)
