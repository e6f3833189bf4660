"""Acts: measures of a government that change people on a date, or again and again.

An act is a plain function ``act(people, p)``, or without parameters ``act(people)``: it reads and
writes columns of the people whom it reaches, and may have some of them take any transition.
`policies.government` has the acts that come with defectsim.
"""

import datetime as dt
from collections.abc import Iterator
from inspect import isfunction, signature
from typing import TYPE_CHECKING, Annotated, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from defectsim.core.code.loading import Code, CodeName, resolve_code
from defectsim.core.errors import RuleError
from defectsim.core.parameters import CodeSection, Parameters, parameters_of
from defectsim.core.section import FormedText, Number, refuse, refuse_all
from defectsim.model.transitions import TRANSITIONS
from defectsim.policies.act_text import wrong_transitions
from defectsim.policies.audience import Audience
from defectsim.policies.observers import View
from defectsim.policies.repetition import Repetition

if TYPE_CHECKING:  # a scenario is checked without SciPy
    from scipy import sparse


class People(Protocol):
    """`people`: those whom an act reaches, in the order of rows."""

    @property
    def names(self) -> list[str]:
        """Their names in tables, such as ``guard-1024``."""

    @property
    def army(self) -> View:
        """Everybody, read-only, as observers see them; `army.column` has a number for each."""

    @property
    def ties(self) -> "sparse.csr_array":
        """Ties to everybody, shape (people, everybody): ``ties @ x`` sums x over ties of each."""

    def column(self, name: str) -> NDArray[Any]:
        """Return a copy of a column, shape (people,); those of `View.column` too."""

    def write(self, name: str, values: Any) -> None:
        """Change a column: one value, or one for each."""

    def leave(self, transition: str, chosen: NDArray[np.bool_]) -> None:
        """Make the chosen take a transition of `TRANSITIONS`, if it leads from their status."""

    def rise(self) -> None:
        """Begin an attempt to overthrow the ruler, openly and together, however few they are."""

    def draw(self, purpose: str) -> NDArray[np.float64]:
        """Return a random number in [0, 1) for each, fixed by purpose and replicate."""


class ActSection(CodeSection):
    """One entry under `acts`: a function, its date, and the people whom it reaches.

    It is done on one `date`, or on the date `from` and again `every` so many days or months.
    """

    key = "act"
    synonyms = {"effective": "date", "on": "date", "start": "from", "end": "until"}
    model_config = ConfigDict(serialize_by_alias=True)

    act: CodeName
    date: dt.date | None = None
    """The act is done in the first step that begins on this date or after it, within the clock."""
    every: FormedText | None = None
    """Time from one repetition to the next, as in 7 days, or 1 month."""
    from_: Annotated[dt.date | None, Field(alias="from")] = None
    """Date of the first of the repetitions."""
    until: dt.date | None = None
    """The first date on which it is no longer repeated; default: the end of the clock."""
    audience: Audience = Audience()
    """The people whom it reaches; default: everybody."""
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}
    """Values of the parameters that the function declares."""
    actor: str | None = None
    """The government or organisation behind it."""
    source: str | None = None
    """Where its numbers come from, unless they have sources of their own."""

    @field_validator("act")
    @classmethod
    def _names_transitions(cls, name: str, info: ValidationInfo) -> str:
        refuse_all(
            ((), fault) for fault in wrong_transitions(resolve_code(name, info), TRANSITIONS)
        )
        return name

    @field_validator("every")
    @classmethod
    def _every_is_a_distance(cls, every: str | None) -> str | None:
        if every is not None:
            Repetition.parse(every, dt.date.min)
        return every

    @model_validator(mode="after")
    def _is_done_once_or_often(self) -> Self:
        if self.every is None:
            if self.from_ or self.until:
                raise refuse("from and until are of acts that repeat: add every, as in 7 days")
            if self.date is None:
                raise refuse("has no date: give date or, if it repeats, every and from")
        elif self.date is not None:
            raise refuse("has a date and repeats: take out date, or every")
        elif self.from_ is None:
            raise refuse("repeats from no date: give from, the date of the first time")
        elif self.until is not None and self.until <= self.from_:
            raise refuse(f"until {self.until} must be after from {self.from_}")
        return self

    @property
    def first(self) -> dt.date:
        """The date of the first time."""
        date = self.date or self.from_
        assert date is not None
        return date

    @property
    def _repetition(self) -> Repetition | None:
        return Repetition.parse(self.every, self.first) if self.every else None

    def dates(self, end: dt.date) -> Iterator[dt.date]:
        """Yield its dates, of repetitions those before `end`."""
        if repetition := self._repetition:
            yield from repetition.dates(min(self.until or end, end))
        else:
            yield self.first

    def due(self, upto: dt.date, days: int) -> dt.date | None:
        """Return the last of its dates among so many days up to one, if there is any."""
        date: dt.date | None = self.first
        if repetition := self._repetition:
            last = self.until - dt.timedelta(1) if self.until else upto
            date = repetition.last(min(last, upto))
        return date if date and 0 <= (upto - date).days < days else None

    @property
    def when(self) -> str:
        """Its dates in words."""
        if self.every is None:
            return str(self.first)
        until = f"\nuntil {self.until}" if self.until else ""
        return f"{self.first}\nevery {self.every}{until}"

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters that an act declares."""
        if not isfunction(code.thing) or len(signature(code.thing).parameters) not in (1, 2):
            raise RuleError(
                f"{code.name}: an act must be a function act(people, p), or act(people)"
            )
        return parameters_of(code.thing, code.name)

    def do(self, people: People) -> None:
        """Do the act to the people whom it reaches."""
        p = self.declared(self.code).values(self.parameters)
        self.code.thing(*(people, p)[: len(signature(self.code.thing).parameters)])
