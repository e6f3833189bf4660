"""Acts: measures of a government that change people on a date.

An act is a plain function ``act(people, p)``, or without parameters ``act(people)``: it reads and
writes columns of the people whom it reaches, and may take some of them out of service.
`policies.government` has the acts that come with defectsim.
"""

import datetime as dt
from inspect import isfunction, signature
from typing import Annotated, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from defectsim.core.code import Code, CodeName
from defectsim.core.errors import RuleError
from defectsim.core.parameters import CodeSection, Parameters, parameters_of
from defectsim.core.section import Number
from defectsim.model.transitions import SERVING, TRANSITIONS
from defectsim.policies.audience import Audience

EXITS = tuple(name for name, transition in TRANSITIONS.items() if transition.end not in SERVING)
"""Transitions that an act can make people take: those that lead out of service."""


class People(Protocol):
    """`people`: those whom an act reaches, in the order of rows."""

    @property
    def names(self) -> list[str]:
        """Their names in tables, such as ``guard-1024``."""

    def column(self, name: str) -> NDArray[Any]:
        """Return a copy of a column, shape (people,)."""

    def write(self, name: str, values: Any) -> None:
        """Change a column: one value, or one for each."""

    def leave(self, transition: str, chosen: NDArray[np.bool_]) -> None:
        """Make the chosen who still serve take a transition of `EXITS`."""

    def rise(self) -> None:
        """Begin an attempt to overthrow the ruler, openly and together, however few they are."""

    def draw(self, purpose: str) -> NDArray[np.float64]:
        """Return a random number in [0, 1) for each, fixed by purpose and replicate."""


class ActSection(CodeSection):
    """One entry under `acts`: a function, its date, and the people whom it reaches."""

    key = "act"
    synonyms = {"effective": "date", "on": "date"}
    act: CodeName
    date: dt.date
    """The act is done in the first step that begins on this date or after it."""
    audience: Audience = Audience()
    """The people whom it reaches; default: everybody."""
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}
    """Values of the parameters that the function declares."""
    actor: str | None = None
    """The government or organisation behind it."""
    source: str | None = None
    """Where its numbers come from, unless they have sources of their own."""

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
