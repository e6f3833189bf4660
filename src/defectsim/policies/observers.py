"""Observers: further counts of a study, by functions that the scenario names.

An observer is a plain function ``observe(view)`` that returns named numbers, such as
``{"mean pay": 11.5}``. It is called at every date, the start included, and changes nothing.
"""

import datetime as dt
from inspect import isfunction, signature
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from defectsim.core.code import Code, CodeName
from defectsim.core.errors import RuleError
from defectsim.core.parameters import CodeSection, NoParameters, Parameters


class Observation(NamedTuple):
    """One number that an observer returned."""

    date: dt.date
    observer: str
    name: str
    value: float


class View(Protocol):
    """`view`: the armed forces at a date, read-only."""

    @property
    def date(self) -> dt.date:
        """The date."""

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches, by the codes in the column `branch`."""

    def column(self, name: str) -> NDArray[Any]:
        """Return a read-only column of everybody, shape (people,).

        Besides the columns of people and the scenario's own attributes there are `status`,
        `ties_defected`, `branch` and `unit`.
        """


class ObserverSection(CodeSection):
    """One entry under `observers`: a function that is called at every date."""

    key = "observe"
    observe: CodeName

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return no parameters: observers have none."""
        if not isfunction(code.thing) or len(signature(code.thing).parameters) != 1:
            raise RuleError(f"{code.name}: an observer must be a function observe(view)")
        return Parameters(NoParameters, {})

    def seen(self, view: View) -> dict[str, float]:
        """Return what the observer counts.

        Raises
        ------
        RuleError
            If it returns something else than named numbers.
        """
        found = self.code.thing(view)
        try:
            return {str(name): float(number) for name, number in found.items()}
        except (AttributeError, TypeError, ValueError) as error:
            must = "must return named numbers, as in {'share': 0.5}"
            raise RuleError(f"{self.observe}: {must}, not {found!r}") from error
