"""Outcomes of a scenario's own: a condition on counts over time, or a function that it names.

A function ``outcome(counts)`` gets `Counts` and returns a number, or None where it has no value.
Annotated to return bool, it tells whether something happened, whose mean over runs is a chance.
"""

import keyword
from collections.abc import Mapping
from inspect import get_annotations
from numbers import Real
from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Tag,
    ValidationInfo,
    field_validator,
)

from defectsim.core.code.loading import Code, CodeName
from defectsim.core.errors import RuleError, nearest
from defectsim.core.expressions import Condition
from defectsim.core.parameters import CodeSection, Parameters, of_one_argument
from defectsim.core.section import FormedText, Identifier, Section, refuse
from defectsim.model.outcomes import OUTCOMES, RUN_COLUMNS
from defectsim.model.transitions import RECORDED, STATUSES, Rank

COUNTS = (
    *STATUSES,
    *(f"share_{name}" for name in STATUSES),
    *(f"{rank.label.lower()}_{name}" for rank in Rank for name in STATUSES),
    RECORDED,
    "doubting",
    "failed_attempts",
)
"""Series that conditions can name: people by status, their shares, and people of a rank by status."""


class ByBranch(dict[str, NDArray[Any]]):
    """Numbers of each branch, by its name."""

    def __missing__(self, name: str) -> NDArray[Any]:
        known = nearest(name, self) or f"; there are {', '.join(self)}"
        raise RuleError(f"there is no branch {name!r}{known}")


class Counts(dict[str, NDArray[Any]]):
    """Series of a run, a number a date: `COUNTS`, ``date``, and observers' numbers as ``seen.pay``.

    Attributes
    ----------
    by_branch
        People of each branch, by name, shape (dates, ranks, statuses).
    recorded_by_branch
        Deserters of each branch who are struck off, shape (dates, ranks).
    """

    by_branch: Mapping[str, NDArray[Any]]
    recorded_by_branch: Mapping[str, NDArray[Any]]

    def __missing__(self, name: str) -> NDArray[Any]:
        known = nearest(name, self) or f"; there are {', '.join(self)}"
        raise RuleError(f"nobody counts {name!r}{known}")


class ConditionOutcome(Section):
    """An outcome that occurs if a condition holds at any date."""

    when: FormedText
    """Condition on counts and observers' numbers, as in ``share_defected >= 0.3``."""

    @classmethod
    def _form(cls) -> str:
        """Return both forms of an outcome, for whoever wrote another."""
        return "a condition, as in {when: share_defected >= 0.3}, or the name of a function"

    @field_validator("when")
    @classmethod
    def _is_a_condition(cls, when: str, info: ValidationInfo) -> str:
        return Condition.parse(when, COUNTS, (info.context or {}).get("observers", ())).text

    @property
    def kind(self) -> Literal["chance", "number"]:
        """A chance: the mean over runs of whether it holds."""
        return "chance"

    def value(self, counts: Counts) -> bool:
        """Return whether the condition holds at any date of a run."""
        return bool(Condition.parsed(self.when).holds(counts).any())


class FunctionOutcome(CodeSection):
    """A number of each run, by a function."""

    key = "function"
    function: CodeName

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return no parameters: outcomes have none."""
        return of_one_argument(code, "an outcome must be a function outcome(counts)")

    @property
    def kind(self) -> Literal["chance", "number"]:
        """A chance if the function is annotated to return bool, or else a number."""
        returned = get_annotations(self.code.thing).get("return")
        return "chance" if returned in (bool, "bool") else "number"

    def value(self, counts: Counts) -> float | bool | None:
        """Return the outcome of a run, or None where it has none.

        Raises
        ------
        RuleError
            If the function returns something else.
        """
        found = self.code.thing(counts)
        if found is None:
            return None
        if self.kind == "chance" and found in (True, False):
            return bool(found)
        if not isinstance(found, Real) or found != found or self.kind == "chance":
            must = "True or False" if self.kind == "chance" else "a number"
            raise RuleError(f"{self.function}: must return {must}, or None, not {found!r}")
        return float(found)


def _form(data: Any) -> str:
    by_function = isinstance(data, str | FunctionOutcome) or (
        isinstance(data, Mapping) and "function" in data
    )
    return "a function" if by_function else "a condition"


def _of_one_form(data: Any) -> Any:
    """Refuse a condition and a function at once, before either is read."""
    if isinstance(data, Mapping) and {"when", "function"} <= data.keys():
        raise refuse("has when and function: give either when or function")
    return data


OutcomeSection = Annotated[
    Annotated[ConditionOutcome, Tag("a condition")] | Annotated[FunctionOutcome, Tag("a function")],
    Discriminator(_form),
    BeforeValidator(_of_one_form),
]


def _free(name: str) -> str:
    if name in RUN_COLUMNS or name in OUTCOMES or keyword.iskeyword(name):
        raise refuse("every run has an outcome of this name; choose another")
    return name


OutcomeName = Annotated[Identifier, AfterValidator(_free)]
"""Name of an outcome of one's own; ``falls`` takes the place of the fall of the regime."""
