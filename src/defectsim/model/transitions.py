"""What a person can be in the army: ranks, service classes, statuses, ways out."""

from enum import IntEnum
from typing import Literal, NamedTuple


class _Named(IntEnum):
    """An integer with a name for people: what columns hold and what rules compare."""

    def __str__(self) -> str:
        return self.name.lower()


class Rank(_Named):
    """Rank, lowest first."""

    ENLISTED = 0
    NCO = 1
    OFFICER = 2
    GENERAL = 3


RankName = Literal["enlisted", "nco", "officer", "general"]
"""A rank, as a scenario writes it."""


class Service(_Named):
    """Service class."""

    ACTIVE = 0
    RESERVE = 1


class Status(_Named):
    """Where a person stands; see `WAYS` for who can come from where."""

    LOYAL = 0
    """Serves; at the start everybody does."""
    SHIRKING = 1
    """Serves, and does as little as can be done."""
    PLOTTING = 2
    """Serves, and conspires in secret."""
    DESERTED = 3
    """Has left without permission; of a general, has fled abroad."""
    DEFECTED = 4
    """Has gone over to the other side, openly."""
    ARRESTED = 5
    """Is in prison."""
    DISMISSED = 6
    """Has been put out of the service."""
    RETIRED = 7
    """Has left by discharge or retirement, as the law allows."""


class Cause(_Named):
    """Why a status changed."""

    DECISION = 0
    """The person's own decision."""
    COMMANDER = 1
    """The person followed a commander."""
    RECALL = 2
    """A superior still loyal ordered the person back."""
    TIE = 3
    """Somebody tied to the person won them for a plot."""
    DISCOVERY = 4
    """The plot was found out."""
    ATTEMPT = 5
    """The plot struck."""
    GOVERNMENT = 6
    """A government did it: a purge, an arrest."""


class Way(NamedTuple):
    """A way from one status to another.

    Attributes
    ----------
    start
        Statuses that it leads from.
    end
        The status that it leads to.
    """

    start: tuple[Status, ...]
    end: Status


SERVING = (Status.LOYAL, Status.SHIRKING, Status.PLOTTING)
"""Statuses of those who serve, from which a person decides."""

WAYS = {
    "desert": Way((Status.LOYAL, Status.SHIRKING), Status.DESERTED),
    "defect": Way(SERVING, Status.DEFECTED),
    "retire": Way((Status.LOYAL, Status.SHIRKING), Status.RETIRED),
    "shirk": Way((Status.LOYAL,), Status.SHIRKING),
    "plot": Way((Status.LOYAL, Status.SHIRKING), Status.PLOTTING),
    "resume": Way((Status.SHIRKING, Status.PLOTTING), Status.LOYAL),
    "recall": Way((Status.DEFECTED,), Status.LOYAL),
    "arrest": Way((*SERVING, Status.DEFECTED), Status.ARRESTED),
    "dismiss": Way(SERVING, Status.DISMISSED),
}
"""All allowed changes of status. The first six are decided by rules; the others are done to people."""


RANKS = tuple(str(rank) for rank in Rank)
SERVICES = tuple(str(service) for service in Service)
STATUSES = tuple(str(status) for status in Status)
CAUSES = tuple(str(cause) for cause in Cause)
