"""The rule for each outcome, on courses made by hand: an army of 100, ten dates, four commanding generals."""

from typing import Any

import numpy as np
import pytest

from defectsim.model.outcomes import Course, Ending, effective, ending
from defectsim.model.transitions import STATUSES, Status

DATES = 10


def course(**parts: Any) -> Course:
    """Return a quiet course with `parts` laid over it."""
    nothing = {
        "strength": 100,
        "loyal": np.full(DATES, 100.0),
        "defected": np.zeros(DATES, np.int64),
        "generals": 4,
        "generals_defected": np.zeros(DATES, np.int64),
        "brigade_defected": 0.0,
        "coup": None,
    }
    return Course(**{**nothing, **parts})


def since(date: int, value: float, before: float = 0) -> Any:
    """Return values that change at a date."""
    return np.where(np.arange(DATES) < date, before, value)


def test_a_quiet_regime_survives() -> None:
    assert ending(course()) == Ending("survives", None)


def test_an_attempt_that_succeeds_is_a_coup_on_its_date() -> None:
    assert ending(course(coup=4)) == Ending("coup", 4)


def test_a_majority_of_commanding_generals_over_is_a_negotiated_exit() -> None:
    assert ending(course(generals_defected=since(6, 3))) == Ending("negotiated exit", 6)
    assert ending(course(generals_defected=since(6, 2))) == Ending("survives", None)


def test_a_fall_is_reported_even_if_the_generals_come_back() -> None:
    for_a_while = np.array([0, 0, 3, 3, 0, 0, 0, 0, 0, 0])
    assert ending(course(generals_defected=for_a_while)) == Ending("negotiated exit", 2)


def test_generals_who_go_over_with_their_army_make_a_negotiated_exit_and_those_without_one_a_collapse() -> (
    None
):
    behind = course(generals_defected=since(5, 4), loyal=since(5, 20, 100), defected=since(5, 60))
    assert ending(behind) == Ending("negotiated exit", 5)
    alone = course(generals_defected=since(5, 4), loyal=since(5, 20, 100), defected=since(5, 20))
    assert ending(alone) == Ending("collapse", 5)


def test_less_than_half_of_the_strength_loyal_is_a_collapse() -> None:
    assert ending(course(loyal=since(3, 49.5, 100))) == Ending("collapse", 3)
    assert ending(course(loyal=since(3, 50, 100))) == Ending("survives", None)


@pytest.mark.parametrize(
    ("coup", "exit_at", "collapse", "expected"),
    [
        (2, 3, 4, Ending("coup", 2)),
        (4, 3, 5, Ending("negotiated exit", 3)),
        (4, 5, 3, Ending("collapse", 3)),
        (3, 3, 3, Ending("coup", 3)),
        (9, 3, 3, Ending("negotiated exit", 3)),
        (0, 3, 3, Ending("coup", 0)),
    ],
)
def test_the_first_fall_counts_and_on_one_date_the_first_in_order(
    coup: int, exit_at: int, collapse: int, expected: Ending
) -> None:
    loyal = since(collapse, 30, 100)
    outcome = course(
        coup=coup, generals_defected=since(exit_at, 3), loyal=loyal, defected=since(collapse, 30)
    )
    assert ending(outcome) == expected


def test_a_tenth_over_with_a_brigade_of_its_own_is_a_split() -> None:
    assert ending(course(defected=since(5, 10), brigade_defected=0.6)) == Ending("split", None)
    assert ending(course(defected=since(5, 9), brigade_defected=0.6)) == Ending("survives", None)
    assert ending(course(defected=since(5, 10), brigade_defected=0.5)) == Ending("survives", None)


def test_an_army_that_came_back_is_not_split() -> None:
    assert (
        ending(
            course(defected=np.array([0, 40, 40, 40, 0, 0, 0, 0, 0, 0]), brigade_defected=0.9)
        ).outcome
        == "survives"
    )


def test_who_falls_is_not_split() -> None:
    assert ending(course(coup=4, defected=since(2, 30), brigade_defected=0.9)).outcome == "coup"


def test_an_army_of_nobody_survives() -> None:
    nobody = np.zeros(DATES, np.int64)
    assert (
        ending(course(strength=0, loyal=nobody, defected=nobody, generals=0)).outcome == "survives"
    )


def test_who_shirks_is_half_and_who_plots_nothing() -> None:
    people = np.zeros((2, len(STATUSES)), np.int32)
    people[0, [Status.LOYAL, Status.SHIRKING, Status.PLOTTING, Status.DEFECTED]] = 10, 6, 3, 5
    assert effective(people).tolist() == [13.0, 0.0]
