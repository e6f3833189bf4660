"""The kinds of rules, and what is particular to each."""

from typing import Any, Literal, NamedTuple, get_args

from defectsim.behaviour.rule import Rates, Stance
from defectsim.core.statuses import SERVING, Rank, Status

type Kind = Literal["soldier", "general", "follow", "belief", "recall", "join", "commit", "stand"]


class Traits(NamedTuple):
    """What is particular to a kind of rules."""

    whose: str
    """As in "a rule of soldiers"."""
    ranks: tuple[Rank, ...]
    """Those whom it is about."""
    statuses: tuple[Status, ...]
    """Where they can stand; none where the rule must not read it."""
    returns: Any
    """Rates, a Stance, or a float, which is a probability."""


_MEN, _ALL, _LEADERS = tuple(Rank)[:3], tuple(Rank), (Rank.OFFICER, Rank.GENERAL)
TRAITS: dict[Kind, Traits] = {
    "soldier": Traits("soldiers", _MEN, SERVING, Rates),
    "general": Traits("generals", (Rank.GENERAL,), SERVING, Rates),
    "follow": Traits("following", _ALL, SERVING, float),
    "belief": Traits("belief", _ALL, (), float),
    "recall": Traits("coming back", _ALL, (Status.DEFECTED,), float),
    "join": Traits("joining a plot", _LEADERS, (Status.LOYAL, Status.SHIRKING), float),
    "commit": Traits("going through with a plot", _LEADERS, (Status.PLOTTING,), float),
    "stand": Traits("standing in an attempt", _ALL, SERVING, Stance),
}
KINDS: tuple[Kind, ...] = get_args(Kind.__value__)
_SAID = {Rates: "Rates", Stance: "a Stance", float: "a float, a probability"}


def said(returned: Any) -> str:
    """Say what a rule returns."""
    return _SAID[returned]
