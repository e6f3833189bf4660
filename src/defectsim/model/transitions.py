"""The table of transitions: ranks, statuses, and every change between statuses, declared once.

Rates, engines, tables, figures, stored columns and the documentation follow from what stands here.
A new status is a member of `Status`, a new transition a field of `Rates`, if rules decide it, or an
entry of `IMPOSED`; a new rank is a member of `Rank`. Codes are those of the columns in memory;
files hold names.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from defectsim.core.section import annotations


class _Code(IntEnum):
    """An integer with a name for people: what columns hold and what rules compare.

    A member is declared by its code and, in their order, the attributes that its class annotates.
    """

    def __new__(cls, code: int, *attributes: Any) -> Self:
        """Make a member."""
        member = int.__new__(cls, code)
        member._value_ = code
        vars(member).update(zip(cls.__annotations__, attributes, strict=True))
        return member

    def __str__(self) -> str:
        return self.name.lower()


class Rank(_Code):
    """Rank, lowest first."""

    label: str
    """Name of the group in figures."""
    people: str
    """People of the rank, in words."""
    weight: float
    """Weight of one open defection in the news, where a general counts about 1; assumption."""

    ENLISTED = 0, "Enlisted", "enlisted people", 0.0005
    NCO = 1, "NCOs", "non-commissioned officers", 0.001
    OFFICER = 2, "Officers", "officers", 0.02
    GENERAL = 3, "Generals", "generals", 1.0


class Service(_Code):
    """Service class."""

    ACTIVE = 0
    RESERVE = 1


class Status(_Code):
    """A person's place in the force; those who serve come first, since strata are indexed by code.

    Whoever `serves` decides by rule. People who are `gone` are a share of strength in tables and
    have a panel of the figure; people who were `harmed` count as harm.
    """

    phrase: str
    """Predicate for the people in it: "people who have deserted"."""
    kind: Literal["serves", "gone", "harmed", "left"]

    LOYAL = 0, "are loyal", "serves"
    """Serves; at the start everybody does for whom the scenario gives no other status."""
    SHIRKING = 1, "shirk", "serves"
    """Serves, and does as little as can be done."""
    PLOTTING = 2, "plot", "serves"
    """Serves, and conspires in secret."""
    DESERTED = 3, "have deserted", "gone"
    """Has left without permission; of a general, has fled abroad."""
    DEFECTED = 4, "have defected", "gone"
    """Has joined the other side, openly."""
    ARRESTED = 5, "are under arrest", "harmed"
    """Is in prison."""
    DISMISSED = 6, "have been dismissed", "harmed"
    """Has been put out of the service."""
    RETIRED = 7, "have retired", "left"
    """Has left by discharge or retirement, as the law allows."""


class Cause(_Code):
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


SERVING = tuple(status for status in Status if status.kind == "serves")
"""Statuses of those who serve, from which a person decides."""
OUT_OF_SERVICE = tuple(status for status in Status if status not in SERVING)
"""Statuses of those who serve no more."""
_OPENLY_SERVING = (Status.LOYAL, Status.SHIRKING)


@dataclass(frozen=True)
class Transition:
    """A change from one of some statuses to another."""

    origins: tuple[Status, ...]
    """Statuses that it leads from."""
    end: Status
    """Status that it leads to."""
    verb: str
    """Predicate for whoever takes it: "deserts"."""


class Rates(NamedTuple):
    """Annual rate of each transition that rules decide, from 0 to infinity: what a rule returns.

    An infinite rate means that the person leaves within the step: threshold models are this limit.
    Rates of transitions that do not lead from the person's present status are ignored.
    """

    desert: Annotated[float, Transition(_OPENLY_SERVING, Status.DESERTED, "deserts")] = 0.0
    """Leave without permission."""
    defect: Annotated[float, Transition(SERVING, Status.DEFECTED, "defects")] = 0.0
    """Join the other side, openly."""
    retire: Annotated[float, Transition(_OPENLY_SERVING, Status.RETIRED, "retires")] = 0.0
    """Leave by discharge or retirement."""
    shirk: Annotated[float, Transition((Status.LOYAL,), Status.SHIRKING, "shirks")] = 0.0
    """Stay, and do as little as can be done."""
    plot: Annotated[float, Transition(_OPENLY_SERVING, Status.PLOTTING, "plots")] = 0.0
    """Begin to conspire."""
    resume: Annotated[
        float, Transition((Status.SHIRKING, Status.PLOTTING), Status.LOYAL, "serves again")
    ] = 0.0
    """Come back from shirking, or from a plot, to loyal service."""


DECIDED = annotations(Rates, Transition)
"""Transitions that rules decide, in the order of `Rates`."""
IMPOSED = {
    "recall": Transition((Status.DEFECTED,), Status.LOYAL, "comes back"),
    "arrest": Transition((*SERVING, Status.DEFECTED), Status.ARRESTED, "is arrested"),
    "dismiss": Transition(SERVING, Status.DISMISSED, "is dismissed"),
    "prosecute": Transition((Status.DESERTED,), Status.ARRESTED, "is found and arrested"),
}
"""Transitions that are done to people."""
TRANSITIONS = {**DECIDED, **IMPOSED}
"""All changes of status; events hold places in this order, which begins with that of `Rates`."""

assert tuple(DECIDED) == Rates._fields, "each field of Rates must declare its Transition"
assert list(Status) == list(range(len(Status))), "codes of statuses must count up from 0"
assert list(Rank) == list(range(len(Rank))), "codes of ranks must count up from 0"
assert tuple(Status)[: len(SERVING)] == SERVING, "statuses of those who serve must come first"
assert all({*one.origins} <= {*SERVING} for one in DECIDED.values()), "rules decide from service"

RANKS = tuple(str(rank) for rank in Rank)
SERVICES = tuple(str(service) for service in Service)
STATUSES = tuple(str(status) for status in Status)
CAUSES = tuple(str(cause) for cause in Cause)
GONE = tuple(str(status) for status in Status if status.kind == "gone")

if TYPE_CHECKING:
    type RankName = str
else:
    RankName = Literal[RANKS]
"""A rank, as a scenario writes it."""

RECORDED = "recorded"
"""The deserters whom an order has struck off the rolls."""
LOSSES = list(GONE)
LOSSES.insert(GONE.index(str(Status.DESERTED)) + 1, RECORDED)
"""Counts of those who are gone and, after the deserters, of those struck off."""
COUNTED_AT_END = tuple(
    str(status)
    for status in Status
    if status.kind != "gone" and status not in (Status.LOYAL, Status.PLOTTING)
)
"""Further statuses that runs count at the end; the loyal are a share there, and plots secret."""
