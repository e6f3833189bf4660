"""Messages of a page, which are validated where they enter."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from defectsim.core.errors import AppError
from defectsim.core.messages import message as in_words

type _Count = Annotated[int, Field(ge=0)]


class _Message(BaseModel):
    """Base of messages, whose further keys are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Change(_Message):
    """Worlds as a page wants them.

    Attributes
    ----------
    moved
        Numbers by the sliders that are moved, which know their ranges.
    against
        Scenario to compare with, if any.
    """

    moved: dict[str, Any] = {}
    against: str | None = None
    week: _Count = 0


class Ask(_Message):
    """Ask for what needs no further word."""

    do: Literal["hello", "download", "cancel", "studies"]


class Open(_Change):
    """Open a scenario, or the text that an editor has for it."""

    do: Literal["open"]
    scenario: str
    text: str | None = None
    seed: _Count = 1


class Change(_Change):
    """Begin the worlds anew."""

    do: Literal["change"]


class Step(_Message):
    """Take steps."""

    do: Literal["step"]
    weeks: _Count = 1


class Check(_Message):
    """Check a text for faults."""

    do: Literal["check"]
    text: str


class StartStudy(_Message):
    """Start a small study."""

    do: Literal["study"]
    replicates: int
    against: str | None = None


type Message = Annotated[Ask | Open | Change | Step | Check | StartStudy, Field(discriminator="do")]
_MESSAGES: TypeAdapter[Message] = TypeAdapter(Message)
_KNOWN = [
    word
    for one in (Ask, Open, Change, Step, Check, StartStudy)
    for word in get_args(one.model_fields["do"].annotation)
]


def read_message(text: str | bytes) -> Message:
    """Read a message of a page.

    Raises
    ------
    AppError
        When it is none.
    """
    try:
        return _MESSAGES.validate_json(text)
    except ValidationError as error:
        fault = _fault(error.errors()[0])
        raise AppError(f"this message of a page cannot be answered: {fault}") from error


def _fault(error: ErrorDetails) -> str:
    """Return what is wrong with a message: as a whole, or at one of its keys."""
    if error["type"] == "json_invalid":
        return f"it is not JSON ({error['ctx']['error']})"
    _, *place = error["loc"] or ("",)
    if not place:
        return f"it must be JSON with a key `do`, which is one of {', '.join(_KNOWN)}"
    return f"{'.'.join(map(str, place))}: {in_words(error)}"
