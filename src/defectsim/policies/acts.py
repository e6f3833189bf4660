"""Acts: what a government does to people on a date, by a function of the scenario's own.

An act is a plain function ``act(people, p)``, or without parameters ``act(people)``: it reads columns of the people
whom it reaches and writes them, and may let some of them go. `policies.government` has those that come with defectsim.
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
from defectsim.model.transitions import TRANSITIONS
from defectsim.policies.audience import Audience

DONE = tuple(name for name, transition in TRANSITIONS.items() if not transition.end.serves)
"""Transitions by which an act can let people go: those that lead out of service."""


class People(Protocol):
    """`people`: those whom an act reaches, in the order of rows."""

    @property
    def names(self) -> list[str]:
        """What tables call each of them, such as ``guard-1024``."""

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of theirs, of shape (people,): a copy."""

    def write(self, name: str, values: Any) -> None:
        """Change a column of theirs: one value, or one for each."""

    def leave(self, transition: str, chosen: NDArray[np.bool_]) -> None:
        """Take a transition of `DONE` for those where `chosen` is true, unless they have left already."""

    def rise(self) -> None:
        """Let them rise against the ruler, openly and together: an attempt, however few they are."""

    def draw(self, purpose: str) -> NDArray[np.float64]:
        """Return a random number in [0, 1) for each, always the same for one purpose in one replicate."""


class ActSection(CodeSection):
    """One entry under `acts`: a function, when it is called, and whom it reaches."""

    key = "act"
    act: CodeName
    date: dt.date
    """It is done in the first step that begins on this date or after it."""
    audience: Audience = Audience()
    """Whom it reaches; everybody where nothing is said."""
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}
    """Values of the parameters that the function declares."""
    actor: str | None = None
    """Who does it."""
    source: str | None = None
    """Where what is said of it comes from."""

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters that an act declares."""
        if not isfunction(code.thing) or len(signature(code.thing).parameters) not in (1, 2):
            raise RuleError(
                f"{code.name}: an act must be a function act(people, p), or act(people)"
            )
        return parameters_of(code.thing, code.name)

    def do(self, people: People) -> None:
        """Do it to the people whom it reaches."""
        p = self.declared(self.code).values(self.parameters)
        self.code.thing(*(people, p)[: len(signature(self.code.thing).parameters)])
