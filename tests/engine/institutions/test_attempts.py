"""What comes of an attempt on the ruler: who joins, who resists, who backs out, and what is remembered."""

from typing import Any

import numpy as np
import pytest

from builders import EVERYBODY, NOBODY
from defectsim import DefectionModel, RuleError
from defectsim.engine.events import AttemptMemory
from defectsim.engine.institutions.state import Attempt
from defectsim.model.transitions import Status
from still_army import commander, events, move, sides, standing, stepped, still


def risen(who: str = "army battalion 1", **changes: Any) -> DefectionModel:
    """Return an army in which the commander of a unit rises in the first step."""
    model = still(**changes)
    model.rise([commander(model, who)])
    return stepped(model)


def only(model: DefectionModel) -> Attempt:
    (attempt,) = model.engine.attempts
    return attempt


def test_an_attempt_that_all_join_succeeds_and_nothing_more_happens() -> None:
    quick = {"soldier": {"rule": "rules:steady", "parameters": {"desert": 5}}}
    model = stepped(risen(behaviour={**sides(1, 0), **quick}))
    attempt = only(model)
    assert (attempt.result, attempt.step, attempt.decided, attempt.members) == ("success", 0, 1, 1)
    assert attempt.joined > 0.9
    assert attempt.resisting == 0
    assert model.institutions.succeeded
    known = events(model)
    assert {cause for step, _, _, cause in known if step == 1} == {"attempt"}
    stepped(model, 3)
    model.run()
    assert events(model) == known
    assert (model.engine.counts[3:] == model.engine.counts[2]).all()


def test_an_attempt_that_all_resist_fails() -> None:
    model = risen(behaviour=sides(0, 1), plots={"capture": 1})
    rebel = commander(model, "army battalion 1")
    stepped(model)
    assert only(model).result == "failure"
    assert only(model).resisting > only(model).joined > 0
    assert standing(model, Status.ARRESTED) == {rebel}
    assert not model.institutions.succeeded


def test_an_attempt_for_which_nobody_moves_is_a_stalemate() -> None:
    model = risen()
    rebel = commander(model, "army battalion 1")
    stepped(model)
    assert (only(model).result, only(model).resisting, only(model).casualties) == (
        "stalemate",
        0,
        0,
    )
    assert 0 < only(model).joined < 0.1
    assert standing(stepped(model, 3), Status.DEFECTED) == {rebel}
    assert model.engine.attempt_memory == AttemptMemory()


def test_a_militia_resists_too() -> None:
    model = stepped(risen(conditions={"counterbalance": 0.2}))
    assert only(model).result == "failure"
    assert only(model).resisting == pytest.approx(0.2)


@pytest.mark.parametrize(("days", "steps"), [(3, 1), (7, 1), (8, 2), (21, 3)])
def test_an_attempt_lasts_as_many_days_as_the_scenario_says(days: int, steps: int) -> None:
    model = risen(plots={"days": days})
    for _ in range(steps):
        assert not model.engine.attempts
        model.step()
    assert only(model).decided == steps


def test_commanders_who_join_defect_and_are_followed() -> None:
    model = stepped(risen(behaviour={**sides(1, 0), "follow": EVERYBODY}))
    over = standing(model, Status.DEFECTED)
    assert {commander(model, f"army brigade {number}") for number in (1, 2)} <= over
    assert len(over) > 40
    assert only(model).result == "success"


def test_after_a_failure_those_are_back_who_only_followed() -> None:
    model = risen(behaviour={**sides(0, 1), "follow": EVERYBODY}, plots={"capture": 0})
    rebel = commander(model, "army battalion 1")
    assert len(standing(model, Status.DEFECTED)) > 15
    stepped(model)
    assert only(model).result == "failure"
    assert standing(model, Status.DEFECTED) == {rebel}


def test_those_who_put_it_down_are_rewarded_and_compromised() -> None:
    model = stepped(risen(behaviour=sides(0, 1), plots={"reward": 0.75}))
    loyal = [commander(model, f"army brigade {number}") for number in (1, 2)]
    for name in ("attachment", "jeopardy"):
        change = model.column(name) - model.population.columns[name]
        assert change[loyal].tolist() == [0.75, 0.75]
        assert np.count_nonzero(change) == 2


def test_an_attempt_kills_a_share_of_the_weaker_side() -> None:
    model = risen(
        behaviour={"follow": EVERYBODY},
        conditions={"counterbalance": 0.4},
        plots={"casualties": 0.5},
    )
    attempt = only(stepped(model))
    assert attempt.casualties == int(0.5 * min(attempt.joined, attempt.resisting) * 54)


def striking(commit: Any) -> DefectionModel:
    """Return an army in which a brigadier has plotted, and commands a quorum."""
    model = still(behaviour={"commit": commit}, plots={"quorum": 0.3})
    move(model, "plot", commander(model, "army brigade 1"))
    return stepped(model)


def test_members_may_back_out_at_the_last_moment_and_too_few_call_it_off() -> None:
    model = striking(NOBODY)
    assert (only(model).result, only(model).members, only(model).joined) == ("called off", 0, 0)
    assert np.count_nonzero(model.engine.status) == 0
    assert events(model)[-1][2:] == ("resume", "decision")
    assert striking(EVERYBODY).engine.attempts == []


def test_the_lesson_of_a_failure_fades_by_half_in_the_given_time() -> None:
    model = risen(behaviour=sides(0, 1), news={"memory_days": 28})
    lessons = []
    for _ in range(24):
        model.step()
        lessons.append(model.engine.attempt_memory.lesson)
    assert model.engine.attempt_memory.withstood == only(model).joined
    assert lessons[0] == 1
    assert (lessons[4], lessons[8]) == (0.5, 0.25)
    assert lessons == sorted(lessons, reverse=True)
    assert lessons[-1] == 0
    assert all(lesson * 16 == int(lesson * 16) for lesson in lessons)


def test_people_see_how_an_attempt_stands_and_then_no_more() -> None:
    model = risen(behaviour={"follow": EVERYBODY}, plots={"days": 14})
    stepped(model)
    joined = model.engine.attempt_memory.joined
    assert joined > 0.3
    assert model.person("army-1").country.joined == joined
    stepped(model)
    assert model.person("army-1").country.joined == 0


def test_who_rises_while_others_do_is_of_the_same_attempt() -> None:
    model = risen(plots={"days": 14})
    model.rise([commander(model, f"army battalion {number}") for number in (1, 2)])
    stepped(model, 2)
    assert only(model).members == 2


def test_who_does_not_serve_does_not_rise() -> None:
    model = still()
    move(model, "desert", commander(model, "army brigade 1"))
    model.rise([commander(model, "army brigade 1")])
    stepped(model, 3)
    assert model.engine.attempts == []


def test_a_brigade_without_a_commander_takes_no_side() -> None:
    model = still(behaviour=sides(0, 1), command={"vacancy_days": 300})
    move(model, "desert", commander(model, "army brigade 2"))
    model.rise([commander(model, "army battalion 1")])
    assert 0.7 < only(stepped(model, 2)).resisting < 0.8


def test_probabilities_that_are_none_are_refused() -> None:
    with pytest.raises(
        RuleError, match="rules:sides: resist is not a probability from 0 to 1 for army-general-"
    ):
        stepped(risen(behaviour=sides(0, 2)))


def test_a_brigade_is_where_the_commander_is_who_struck_though_nobody_follows() -> None:
    one = risen("army brigade 1", plots={"days": 8})
    assert one.engine.attempt_memory.joined == 0
    one.step()
    joined = one.engine.attempt_memory.joined
    strength = one.population.units.strength
    names = one.population.units.names
    brigades = [strength[names.index(f"army brigade {number}")] for number in (1, 2)]
    assert joined == pytest.approx(brigades[0] / sum(brigades), abs=0.05)


def test_whoever_left_a_brigade_that_resists_is_not_counted_with_it() -> None:
    model = stepped(risen(behaviour={**sides(0, 1), "follow": EVERYBODY}))
    attempt = only(model)
    assert attempt.joined > 0.2
    assert attempt.joined + attempt.resisting <= 1.0001
