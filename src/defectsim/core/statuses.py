"""What a person can be in the army: ranks, service classes, statuses, ways out."""

from enum import IntEnum
from typing import Literal


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
    """Where a person stands. The default rules reach LOYAL, DESERTED and DEFECTED."""

    LOYAL = 0
    SHIRKING = 1
    PLOTTING = 2
    DESERTED = 3
    DEFECTED = 4
    ARRESTED = 5
    DISMISSED = 6
    RETIRED = 7


class Cause(_Named):
    """Why a status changed."""

    DECISION = 0
    COMMANDER = 1


RANKS = tuple(str(rank) for rank in Rank)
SERVICES = tuple(str(service) for service in Service)
STATUSES = tuple(str(status) for status in Status)
CAUSES = tuple(str(cause) for cause in Cause)
