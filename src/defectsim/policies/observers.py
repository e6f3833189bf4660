"""Observers: further counts of a study, by functions that the scenario names.

An observer is a plain function ``observe(view)`` that returns named numbers, such as
``{"mean pay": 11.5}``. It is called at every date, the start included, and changes nothing.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from itertools import starmap
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.core.code.loading import Code, CodeName
from defectsim.core.errors import RuleError
from defectsim.core.parameters import CodeSection, Parameters, of_one_argument
from defectsim.model.transitions import SERVING, Rank


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

    @property
    def states(self) -> tuple[str, ...]:
        """Names of people's state, each of which is a column."""

    @property
    def units(self) -> list[str]:
        """Names of the units, by the codes in the column `unit`."""

    def column(self, name: str) -> NDArray[Any]:
        """Return a read-only column of everybody, shape (people,).

        Besides the columns of people, the scenario's own attributes and state there are `status`,
        `ties_defected` and the like, `branch` and `unit`.
        """


def mean_state(view: View) -> dict[str, float]:
    """Return the mean of each state among those of a branch and rank who serve.

    It is called after all three, as ``fatigue guard officer``; groups of nobody are left out.
    """
    group = view.column("branch").astype(np.int64) * len(Rank) + view.column("rank")
    groups = [f"{branch} {rank}" for branch in view.branches for rank in Rank]
    serves = np.isin(view.column("status"), SERVING)
    people = np.bincount(group[serves], minlength=len(groups))
    found: dict[str, float] = {}
    for state in view.states:
        total = np.bincount(group[serves], view.column(state)[serves], len(groups))
        means = zip(groups, people.tolist(), total.tolist(), strict=True)
        found |= {f"{state} {name}": all_ / count for name, count, all_ in means if count}
    return found


class ObserverSection(CodeSection):
    """One entry under `observers`: a function that is called at every date."""

    key = "observe"
    observe: CodeName

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return no parameters: observers have none."""
        return of_one_argument(code, "an observer must be a function observe(view)")

    def seen(self, view: View) -> dict[str, float]:
        """Return what the observer counts.

        Raises
        ------
        RuleError
            If it returns something else than named numbers.
        """
        found = self.code.thing(view)
        if isinstance(found, Mapping) and all(starmap(_is_named_number, found.items())):
            with suppress(TypeError, ValueError, OverflowError):
                return {str(name): float(number) for name, number in found.items()}
        must = "must return named numbers, as in {'share': 0.5}"
        raise RuleError(f"{self.observe}: {must}, not {repr(found)[:100]}")


def _is_named_number(name: object, number: object) -> bool:
    return isinstance(name, str) and hasattr(number, "__float__")
