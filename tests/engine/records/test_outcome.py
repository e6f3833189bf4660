"""Outcome columns of a run: commanding generals, defectors, strength in the capital, the stranded."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from builders import small_scenario
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.records import outcome
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import STATUSES, Status


class Changes(NamedTuple):
    """Changes of status, as an engine keeps them."""

    step: Any
    row: Any
    start: Any
    end: Any


def engine_after(
    changes: Sequence[tuple[int, int, Status]] = (), attempts: Sequence[Attempt] = (), **said: Any
) -> Any:
    """Return an engine after rows came to statuses in steps; guards are in the capital."""
    inputs = StudySetup(small_scenario(**said), 1).inputs(0)
    people = inputs.population
    inputs = replace(
        inputs, columns={**inputs.columns, "capital": (people.branch == 1).astype(np.int8)}
    )
    status, starts = np.zeros(len(people), np.int8), []
    counts = np.zeros((inputs.clock.steps + 1, *people.strength.shape, len(STATUSES)), np.int32)
    counts[..., Status.LOYAL] = people.strength
    for step, row, end in changes:
        place = (slice(step + 1, None), people.branch[row], people.rank[row])
        counts[(*place, status[row])] -= 1
        counts[(*place, end)] += 1
        starts.append(status[row])
        status[row] = end
    steps, rows, ends = (np.array([one[part] for one in changes], np.int32) for part in range(3))
    events = Changes(steps, rows, np.array(starts, np.int8), ends)
    return SimpleNamespace(
        inputs=inputs, counts=counts, status=status, attempts=list(attempts), events=events
    )


def rows(engine: Any, *names: str) -> list[int]:
    return [engine.inputs.population.row(name) for name in names]


def test_the_active_forces_count_and_all_where_none_is_active() -> None:
    assert engine_after().inputs.population.active.tolist() == [True, False]
    reserve = engine_after(forces={"branches": {"army": {"service": "reserve"}}})
    assert reserve.inputs.population.active.tolist() == [True, True]


def test_commanding_generals_hold_brigades_commands_and_branches() -> None:
    engine = engine_after()
    population = engine.inputs.population
    found = outcome.commanding_generals(population, np.array([True, False]))
    names = [f"army-general-{number}" for number in range(1, 5)]
    assert sorted(found) == sorted(rows(engine, *names))  # the fifth is on the staff


def test_generals_who_defected_are_counted_until_they_come_back() -> None:
    over = rows(engine_after(), *(f"army-general-{number}" for number in (1, 2, 3)))
    engine = engine_after(
        [
            (2, over[0], Status.DEFECTED),
            (2, over[1], Status.DEFECTED),
            (7, over[2], Status.DEFECTED),
        ]
    )
    assert outcome.regime_ending(engine, engine.events) == ("negotiated exit", 8)
    back = [
        (2, over[0], Status.DEFECTED),
        (2, over[1], Status.DEFECTED),
        (3, over[0], Status.LOYAL),
    ]
    engine = engine_after([*back, (7, over[2], Status.DEFECTED)])
    assert outcome.regime_ending(engine, engine.events) == ("survives", None)


def test_a_brigade_has_defected_with_its_companies() -> None:
    engine = engine_after()
    population = engine.inputs.population
    units = population.units
    brigade = units.parent[units.parent[population.unit[population.row("army-5")]]]
    first = [row for row in range(20) if population.branch[row] == 0]
    engine = engine_after([(1, row, Status.DEFECTED) for row in first])
    share = outcome.brigade_defected(population, np.array([True, False]), engine.status)
    assert share == pytest.approx(20 / units.strength[brigade])
    assert outcome.brigade_defected(population, np.array([False, True]), engine.status) == 0
    assert outcome.regime_ending(engine, engine.events).outcome == "survives"


def test_the_army_splits_where_a_brigade_goes() -> None:
    engine = engine_after([(1, row, Status.DEFECTED) for row in range(25)])
    assert outcome.regime_ending(engine, engine.events) == ("split", None)


def test_the_capital_is_shared_between_those_who_serve_and_those_who_defected() -> None:
    guards = rows(
        engine_after(),
        *(f"guard-{number}" for number in range(1, 26)),
        "guard-general-1",
        "guard-general-2",
    )
    over = [(1, row, Status.DEFECTED) for row in guards[:5]]
    idle = [(1, row, Status.SHIRKING) for row in guards[5:11]]
    gone = [(1, row, Status.DESERTED) for row in guards[11:12]]
    assert outcome.capital_share(engine_after([*over, *idle, *gone])) == pytest.approx(18 / 23)
    assert (
        outcome.capital_share(engine_after([(1, row, Status.DESERTED) for row in guards])) is None
    )


def test_defectors_to_whom_no_promise_was_kept_are_stranded() -> None:
    policies = {
        "house": {"lever": "reception", "value": 0.5, "effective": dt.date(2018, 1, 1)},
        "pardon": {"lever": "amnesty", "value": 0.5, "effective": dt.date(2018, 1, 1)},
        "housed": {
            "lever": "received",
            "value": 0.5,
            "effective": dt.date(2018, 3, 1),
            "audience": {"branch": ["guard"]},
        },
        "held": {"lever": "pardoned", "value": 0.2, "effective": dt.date(2018, 3, 1)},
    }
    nobody = engine_after(policies=policies)
    assert outcome.stranded(nobody, nobody.events) == 0
    soldier, guard, late, back, again = rows(
        engine_after(), "army-1", "guard-1", "army-2", "army-3", "army-4"
    )
    engine = engine_after(
        [
            (1, soldier, Status.DEFECTED),
            (1, guard, Status.DEFECTED),
            (1, back, Status.DEFECTED),
            (1, again, Status.DEFECTED),
            (3, back, Status.LOYAL),
            (3, again, Status.LOYAL),
            (20, late, Status.DEFECTED),
            (20, again, Status.DEFECTED),
        ],
        policies=policies,
    )
    assert outcome.stranded(engine, engine.events) == pytest.approx(0.8 + 0.8 * 0.5)
    soon = replace(engine.inputs, news=engine.inputs.news.model_copy(update={"treatment_days": 28}))
    engine.inputs = soon
    assert outcome.stranded(engine, engine.events) == pytest.approx(0.8 * 3 + 0.8 * 0.5)


def test_harms_and_strength_are_columns_of_the_run() -> None:
    changes = [
        (1, 0, Status.SHIRKING),
        (1, 1, Status.ARRESTED),
        (1, 2, Status.DISMISSED),
        (1, 3, Status.RETIRED),
    ]
    engine = engine_after(
        changes,
        [Attempt(2, 2, 5, 0.1, 0.4, "failure", 3), Attempt(9, 9, 8, 0.2, 0.2, "stalemate", 4)],
    )
    found = outcome.outcome_columns(engine, engine.events)
    assert found["loyal_share"] == pytest.approx((82 - 3.5) / 82)
    assert {
        name: found[name] for name in ("shirking", "arrested", "dismissed", "retired")
    } == dict.fromkeys(("shirking", "arrested", "dismissed", "retired"), 1)
    assert (found["attempts"], found["failed_attempts"], found["casualties"], found["fell"]) == (
        2,
        1,
        7,
        None,
    )
