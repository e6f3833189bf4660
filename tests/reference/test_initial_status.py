"""Statuses before the first step: as the scenario has them, and the same in both engines."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from builders import NOBODY, small_scenario
from defectsim.core.section import faults_of
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import STATUSES, Rank, Status
from defectsim.scenario.schema import Scenario
from eventful_scenarios import CALMER, assert_same, changes

SHARES = st.sampled_from(
    [
        {},
        {"shirking": 0.3},
        {"plotting": 0.2, "defected": 0.2, "deserted": 0.1},
        {"arrested": 0.5, "retired": 0.2, "dismissed": 0.1},
        "shirking",
        "defected",
    ]
)
BY_RANK = st.dictionaries(st.sampled_from([str(rank) for rank in Rank]), SHARES)


@pytest.mark.long
@settings(max_examples=12, phases=(Phase.generate,))
@given(
    said=changes([CALMER], {}),
    status=SHARES | BY_RANK,
    seed=st.integers(0, 2**40),
    data=st.data(),
)
def test_engines_and_forks_agree_on_people_who_are_not_loyal_at_the_start(
    said: dict[str, Any], status: Any, seed: int, data: st.DataObject
) -> None:
    scenario = small_scenario(**{**said, "people": {**said["people"], "status": status}})
    setup = StudySetup(scenario, seed)
    reference, cohorts = simulate(setup, 0, "reference"), simulate(setup, 0, "cohorts")
    assert_same(reference, cohorts)
    assert_same(reference, simulate(setup, 0, "rows"))
    step = data.draw(st.integers(0, scenario.clock.steps))
    snapshot = begin_run(setup, 0).run(step).snapshot()
    assert_same(begin_run(setup, 0, snapshot=snapshot).run().engine, cohorts)


LISTED: dict[str, Any] = {
    "enlisted": {"shirking": {"value": 0.4, "range": [0.2, 0.5], "source": "assumption"}},
    "general": {"values": ["loyal", "plotting", "defected", "loyal", "deserted"]},
    "nco": "retired",
}
GUARD = {"branches": {"guard": {"generals": 5, "people": {"status": {"enlisted": "arrested"}}}}}


def listed(**said: Any) -> Scenario:
    return small_scenario(people={"status": LISTED}, forces=GUARD, **said)


def test_counts_at_the_first_date_are_those_of_the_scenario() -> None:
    counts = begin_run(StudySetup(listed(), 0), 0).engine.counts[0]
    people = dict(zip(STATUSES, counts.sum(axis=0).T.tolist(), strict=True))
    assert [people["plotting"][Rank.GENERAL], people["deserted"][Rank.GENERAL]] == [2, 2]
    army, guard = counts
    assert 5 <= army[Rank.ENLISTED, Status.SHIRKING] <= 19
    assert army[Rank.ENLISTED].sum() == 30
    assert guard[Rank.ENLISTED, Status.ARRESTED] == guard[Rank.ENLISTED].sum() > 0
    assert counts[:, Rank.NCO, Status.RETIRED].sum() == counts[:, Rank.NCO].sum()
    assert counts[:, Rank.OFFICER, Status.LOYAL].sum() == counts[:, Rank.OFFICER].sum()


def test_shares_are_drawn_anew_in_each_replicate_and_by_person() -> None:
    setups = [
        StudySetup(small_scenario(people={"status": {"shirking": share}}), 3)
        for share in (0.2, 0.5)
    ]
    few, many = (setup.population.draw_status(0) for setup in setups)
    assert 0 < np.count_nonzero(few) < np.count_nonzero(many)
    assert not (few & ~many).any()
    assert (setups[0].population.draw_status(1) != few).any()


def test_a_scenario_with_statuses_is_the_same_when_it_is_stored_and_read_again() -> None:
    scenario = listed()
    stored = scenario.dump()
    assert stored["people"]["status"]["general"]["values"] == LISTED["general"]["values"]
    assert Scenario.model_validate(stored).hash == scenario.hash


def test_statuses_are_read_from_a_column_of_a_csv_file(tmp_path: Path) -> None:
    rows = [f"army-general-{number},{status}" for number, status in ((2, "plotting"), (1, "loyal"))]
    (tmp_path / "posts.csv").write_text("\n".join(["name,post", *rows]))
    forces = {"branches": {"army": {"generals": 2}, "guard": None}}
    status = {"general": {"csv": "posts.csv", "column": "post"}}

    def read() -> Scenario:
        written = small_scenario(forces=forces).dump()
        written["people"]["status"] = status
        return Scenario.model_validate(written, context={"folder": tmp_path})

    population = StudySetup(read(), 0).population
    plotting = np.flatnonzero(population.draw_status(0) == Status.PLOTTING).tolist()
    assert population.names(np.array(plotting)).to_list() == ["army-general-2"]
    (tmp_path / "posts.csv").write_text("post\nloyal\nploting")
    with pytest.raises(
        ValidationError,
        match=r"posts\.csv, line 3: there is no status 'ploting'; did you mean 'plotting'\?",
    ):
        read()


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (
            {"enlisted": {"shirking": 0.7, "deserted": 0.4}},
            "people.status.enlisted: the shares are 1.1 together: must be at most 1",
        ),
        ("shirkin", "people.status: there is no status 'shirkin'; did you mean 'shirking'?"),
        (
            {"general": {"values": ["loyal", "absent"]}},
            "people.status.general.values.1: there is no status 'absent'",
        ),
        (
            {"general": {"values": ["loyal"]}},
            "people.status: has 1 values for 5 people (rank general, branch army)",
        ),
        (
            {"enlisted": {"shirkng": 0.1}},
            "people.status.enlisted.shirkng: unknown key; did you mean 'shirking'?",
        ),
        (
            {"general": {"values": ["loyal"] * 5, "shirking": 0.2}},
            "people.status.general.shirking: unknown key; known here: values, names, source",
        ),
    ],
)
def test_statuses_that_cannot_be_are_refused(status: Any, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        small_scenario(people={"status": status})
    told = faults_of(error.value)
    for tag in ("ranks", "shares", "listed"):  # which readers of files leave out
        told = told.replace(f".{tag}", "")
    assert message in told


def test_a_vacant_command_is_filled_and_plotters_conspire_from_the_first_step() -> None:
    quiet = {**dict.fromkeys(("soldier", "general"), "rules:steady"), "follow": NOBODY}
    status = {"officer": {"deserted": 0.5}, "general": "plotting"}
    scenario = small_scenario(
        behaviour=quiet,
        people={"status": status},
        command={"vacancy_days": 14},
        plots={"contacts": 0, "quorum": 1},
    )
    run = begin_run(StudySetup(scenario, 1), 0)
    before = run.engine.commander.copy()
    gone = np.flatnonzero(run.engine.status[before] == Status.DESERTED)
    run.run(1)
    assert {*run.institutions.vacancies} == {*gone.tolist()}
    generals = np.flatnonzero(run.population.rank == Rank.GENERAL).tolist()
    assert {*run.institutions.conspiracies} == {*generals}
    run.run(4)
    assert (run.engine.commander[gone] != before[gone]).any()


def test_an_act_may_have_people_take_any_transition() -> None:
    acts = {
        name: {
            "act": "example_scripts:take",
            "date": dt.date(2018, 1, 8),
            "audience": {"rank": [rank]},
            "parameters": {"place": place},
        }
        for place, (name, rank) in enumerate(
            {"shirk": "enlisted", "plot": "general", "recall": "officer"}.items()
        )
    }
    quiet = {**dict.fromkeys(("soldier", "general"), "rules:steady"), "follow": NOBODY}
    scenario = small_scenario(
        behaviour=quiet, acts=acts, people={"status": {"officer": "defected"}}
    )
    setup = StudySetup(scenario, 0)
    reference, column = simulate(setup, 0, "reference"), simulate(setup, 0)
    assert_same(reference, column)
    moved = {
        (Rank(setup.population.rank[row]), Status(end))
        for row, end in zip(column.events.row, column.events.end, strict=True)
    }
    assert moved >= {
        (Rank.ENLISTED, Status.SHIRKING),
        (Rank.GENERAL, Status.PLOTTING),
        (Rank.OFFICER, Status.LOYAL),
    }
