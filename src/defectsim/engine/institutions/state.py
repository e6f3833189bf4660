"""State of the institutions between two steps: copied by forks, validated by checkpoints."""

from typing import Annotated, NamedTuple, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)
from pydantic.dataclasses import dataclass

from defectsim.core.section import refuse
from defectsim.engine.events import AttemptMemory
from defectsim.model.outcomes import AttemptResult

NOTHING_DUE = 2**40
"""A step that no clock reaches."""


def _below(counted: str) -> AfterValidator:
    """Refuse a number at or beyond the limit in the validation's context."""

    def check(number: int, info: ValidationInfo) -> int:
        if info.context and number >= info.context[counted]:
            raise refuse(f"there is no {counted} {number}")
        return number

    return AfterValidator(check)


Whole = Annotated[int, Field(ge=0, lt=2**31)]
Row = Annotated[Whole, _below("person")]
UnitRow = Annotated[Whole, _below("unit")]
EventCount = Annotated[Whole, _below("event")]
PastStep = Annotated[Whole, _below("step")]
DueStep = Annotated[int, Field(ge=0, le=2 * NOTHING_DUE)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
type UnitSet = Annotated[set[UnitRow], PlainSerializer(sorted)]

STRICT = ConfigDict(strict=True, extra="forbid")


class Attempt(NamedTuple):
    """An attempt on the ruler that has ended, or was called off."""

    step: PastStep
    """The step in which the conspiracy struck."""
    decided: PastStep
    """The step before which it was decided."""
    members: Whole
    """Number of those who struck."""
    joined: Weight
    """Share of the armed forces' weight that had joined in the end."""
    resisting: Weight
    """Share of it that resisted, counterweights included."""
    result: AttemptResult
    """Result of the attempt."""
    casualties: Whole
    """Number of those killed."""


class Appointment(NamedTuple):
    """A person who was given the command of a unit."""

    step: PastStep
    """The step that began with it."""
    unit: UnitRow
    row: Row


class Recollection(NamedTuple):
    """Public knowledge of attempts from a step on."""

    step: PastStep
    memory: AttemptMemory


@dataclass(config=STRICT)
class AttemptUnderWay:
    """An attempt on the ruler that is not decided yet."""

    step: PastStep
    """The step in which it began."""
    members: Annotated[list[Row], Field(min_length=1)]
    """Rows of those who struck."""
    first_event: EventCount
    """Number of changes of status before it."""
    days_left: Whole
    """Days until it is decided."""
    people: dict[UnitRow, Weight]
    """Effective strength of each brigade when it began."""
    joined: UnitSet
    """Brigades whose commanders joined by their own decision."""
    resisting: UnitSet
    """Brigades whose commanders resist."""

    @model_validator(mode="after")
    def _sides_are_brigades(self) -> Self:
        if not self.joined | self.resisting <= self.people.keys():
            raise refuse("units that have taken sides must be among the brigades of its beginning")
        return self


@dataclass(config=STRICT)
class InstitutionsState:
    """The business that institutions have begun and not ended."""

    events_seen: EventCount
    """Number of changes of status that institutions have dealt with."""
    rising: list[Row]
    """Rows of those who rise in the next step, by an act."""
    events_prosecuted: EventCount
    """Number of changes of status before the last round of prosecution."""
    next_round: DueStep
    """The step before which the next round is."""
    vacancies: dict[UnitRow, DueStep]
    """Vacant commands, and the step before which each is to be filled."""
    conspiracies: dict[Row, Row]
    """Plotters, and the conspiracy of each, known by the row of who began it."""
    contacts: dict[Row, DueStep]
    """Plotters, and the step before which each sounds out a tie."""
    attempt: AttemptUnderWay | None
    """The attempt under way."""
    failed: PastStep | None
    """The step before which an attempt failed, until that is forgotten."""
    succeeded: bool
    """An attempt has succeeded, and nothing more happens."""

    @model_validator(mode="after")
    def _contacts_are_of_plotters(self) -> Self:
        if not self.contacts.keys() <= self.conspiracies.keys():
            raise refuse("who sounds out a tie must be in a conspiracy")
        return self


def initial_institutions() -> InstitutionsState:
    """Return the state at the start of a run."""
    return InstitutionsState(
        events_seen=0,
        rising=[],
        events_prosecuted=0,
        next_round=0,
        vacancies={},
        conspiracies={},
        contacts={},
        attempt=None,
        failed=None,
        succeeded=False,
    )
