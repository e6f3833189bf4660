"""The context that institutions step in."""

from typing import Any

import numpy as np
import pytest

from builders import TOO_LIKELY
from defectsim import DefectionModel, RuleError
from defectsim.engine.events import AttemptMemory
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY
from still_army import move, stepped, still


def context(model: DefectionModel, known: int = 0) -> StepContext:
    model.institutions.events_seen = known
    return StepContext(model, model.steps)


def test_it_hears_what_has_happened_since() -> None:
    model = still()
    move(model, "desert", 1)
    move(stepped(model), "desert", 2)
    assert context(model).events["row"].tolist() == [1, 2]
    assert context(model, 1).events["row"].tolist() == [2]


def test_it_knows_who_serves_and_nobody_does_not() -> None:
    model = still()
    move(model, "shirk", 1)
    move(model, "desert", 2)
    heard = context(model)
    assert [heard.serves(row) for row in (0, 1, 2, NOBODY)] == [True, True, False, False]
    assert heard.is_in(1, Status.LOYAL, Status.SHIRKING)
    assert not heard.is_in(2, Status.LOYAL, Status.SHIRKING)


def test_a_number_is_drawn_by_person_purpose_and_step_and_not_by_the_order_of_calls() -> None:
    model = still()
    early = context(model)
    drawn = [early.draw(row, purpose) for row in (0, 1) for purpose in (Purpose.WAIT, Purpose.JOIN)]
    assert len(set(drawn)) == 4
    again = context(model)
    assert again.draw(1, Purpose.JOIN) == drawn[3]
    assert again.draws(np.array([0, 1]), Purpose.JOIN).tolist() == [drawn[1], drawn[3]]
    assert context(stepped(model)).draw(1, Purpose.JOIN) != drawn[3]


HEARS: dict[str, Any] = {
    "behaviour": {"recall": "rules:hears_everything"},
    "people": {"signal": {"normal": [0, 1]}},
}


def test_of_many_it_asks_what_it_asks_of_each() -> None:
    model = still(**HEARS)
    move(model, "defect", *range(20))
    heard, rows = context(stepped(model)), np.arange(40)
    chances = heard.chances("recall", rows)
    assert chances.tolist() == [heard.chance("recall", row) for row in rows.tolist()]
    assert len(set(chances.tolist())) > 5


def test_people_are_asked_with_what_they_believe_at_that_moment() -> None:
    model = still(behaviour={"recall": "rules:believes"}, people={"signal": 1.5})
    heard = context(model)
    assert heard.chance("recall", 0) == pytest.approx(1 / (1 + np.exp(-4.5)))
    model.engine.attempt_memory = AttemptMemory(joined=0.5)
    assert heard.chance("recall", 0) > 0.98
    model.perceive(model.steps)
    assert heard.chance("recall", 0) == pytest.approx(1 / (1 + np.exp(-2)))


@pytest.mark.parametrize("who", ["recall", "join", "commit"])
def test_what_is_no_probability_is_refused(who: str) -> None:
    model = still(behaviour={who: TOO_LIKELY})
    with pytest.raises(
        RuleError, match=r"rules:chance: the result is not a probability .* for army-4"
    ):
        context(model).chance(who, 3)
