"""Deserters are prosecuted in rounds."""

from typing import Any

from defectsim.model.transitions import Status
from still_army import move, standing, stepped, still

WATCHED = {"conditions": {"surveillance": 1.0}}


def prosecuted(share: float, *rows: int, weeks: int = 4, **changes: Any) -> Any:
    """Return an army some weeks after people of some rows have deserted."""
    rules = {"deserters": share, "round_days": 14}
    model = still(prosecution=rules, **{**WATCHED, **changes})
    stepped(model)
    move(model, "desert", *rows)
    return stepped(model, weeks)


def test_every_deserter_is_found_where_the_state_sees_all() -> None:
    model = prosecuted(1.0, 5, 6, 7)
    assert standing(model, Status.ARRESTED) == {5, 6, 7}


def test_nobody_is_found_where_nobody_is_sought_or_seen() -> None:
    assert standing(prosecuted(0.0, 5, 6, 7), Status.DESERTED) == {5, 6, 7}
    blind = prosecuted(1.0, 5, 6, 7, conditions={"surveillance": 0.0})
    assert standing(blind, Status.DESERTED) == {5, 6, 7}


def test_a_round_seeks_those_alone_who_deserted_since_the_last() -> None:
    half = prosecuted(0.5, *range(5, 45))
    found = standing(half, Status.ARRESTED)
    assert 0 < len(found) < 40
    assert standing(stepped(half, 6), Status.ARRESTED) == found


def test_who_went_over_is_no_deserter() -> None:
    model = still(prosecution={"deserters": 1.0, "round_days": 14}, **WATCHED)
    move(model, "defect", 5)
    assert standing(stepped(model, 4), Status.DEFECTED) == {5}
