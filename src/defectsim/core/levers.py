"""The named quantities that governments move, declared once.

A policy moves one lever; several policies on one lever combine as the lever says. Rules read levers as fields of
`country`, as they reach the person who decides. A scenario may declare levers of its own beside those below.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import Field, ValidationInfo, field_validator

from defectsim.core.declare import declared
from defectsim.core.section import Bounds, Number, Pair, Section, refuse

Combiner = Literal["product", "any", "sum"]

_NEUTRAL: dict[Combiner, float] = {"product": 1.0, "any": 0.0, "sum": 0.0}
_WIDEST: dict[Combiner, Bounds] = {"product": Bounds(low=0), "any": Bounds(0, 1), "sum": Bounds()}


@dataclass(frozen=True)
class Lever:
    """One quantity that policies move.

    Attributes
    ----------
    unit
        What it is measured in.
    default
        Its value where neither the scenario's conditions nor a policy say otherwise.
    combiner
        How policies act on it: as a `product` of multiples of the condition; as `any`, the chance that at least one of
        several independent promises or obstacles holds; or as a `sum` of what they add to the condition.
    bounds
        What a condition, and a policy's value, must keep; several policies together may pass them.
    meaning
        What it is, in a sentence.
    """

    unit: str
    default: float
    combiner: Combiner
    bounds: Bounds
    meaning: str

    def combined(self, condition: float, values: Sequence[float]) -> float:
        """Return the lever's value under `condition` while policies with `values` are in effect."""
        values = [value for value in values if value != self.neutral]
        if not values:
            return condition
        if self.combiner == "product":
            return condition * math.prod(values)
        if self.combiner == "sum":
            return condition + sum(values)
        return 1.0 - (1.0 - condition) * math.prod(1.0 - value for value in values)

    @property
    def neutral(self) -> float:
        """The policy value that changes nothing: where a ramp begins."""
        return _NEUTRAL[self.combiner]


def _multiple(unit: str, default: float, meaning: str, least: float = 0.0) -> Lever:
    return Lever(unit, default, "product", Bounds(low=least), meaning)


def _share(meaning: str) -> Lever:
    return Lever("0..1", 0.0, "any", Bounds(0, 1), meaning)


class Levers(Protocol):
    """The levers, as a rule reads them: ``country.travel_ban``."""

    pay: Annotated[float, _multiple("multiple", 1.0, "Official pay, as a multiple of each person's own.")]
    perks: Annotated[
        float, _multiple("multiple", 1.0, "Rents that the ruler grants, as a multiple of each person's own.")
    ]
    subsistence: Annotated[float, _multiple("USD/month", 30.0, "What a basket that feeds a household costs.", 0.01)]
    travel_ban: Annotated[float, _share("Share of the ways abroad that exit control closes.")]
    surveillance: Annotated[float, _share("Share of attempts to leave that the state detects in time.")]
    sanctions: Annotated[float, _share("Severity of personal sanctions for somebody fully exposed to them.")]
    off_ramp: Annotated[float, _share("Credibility of relief from sanctions for those who go over.")]
    amnesty: Annotated[float, _share("Credibility of the amnesty for those who go over.")]
    protest: Annotated[float, _share("Size of the protests; 1 is the largest that the country has seen.")]


LEVERS = declared(Levers, Lever)


class OwnLever(Section):
    """One entry under `levers`: a lever that a scenario declares, for rules of its own to read."""

    unit: Annotated[str, Field(min_length=1, description="what it is measured in")]
    combiner: Annotated[Combiner, Field(description="how several policies act on it together")]
    bounds: Annotated[
        Pair | None, Field(description="the least and the largest that a condition, and a policy's value, may be")
    ] = None
    default: Annotated[Number, Field(description="its value where neither conditions nor a policy say otherwise")]
    meaning: Annotated[str | None, Field(description="what it is, in a sentence")] = None

    @field_validator("bounds")
    @classmethod
    def _bounds_suit_the_combiner(
        cls, bounds: tuple[float, float] | None, info: ValidationInfo
    ) -> tuple[float, float] | None:
        if bounds is None or "combiner" not in info.data:
            return bounds
        combiner: Combiner = info.data["combiner"]
        (low, high), neutral = bounds, _NEUTRAL[combiner]
        if low > high:
            raise refuse(f"[{low:g}, {high:g}] is upside down")
        for end in bounds:
            if fault := _WIDEST[combiner].fault(end):
                raise refuse(f"{fault}, since the combiner is {combiner}")
        if not low <= neutral <= high:
            raise refuse(
                f"[{low:g}, {high:g}] must hold {neutral:g}, the policy value that changes nothing (combiner "
                f"{combiner}): policies' values keep these bounds too"
            )
        return bounds

    @field_validator("default")
    @classmethod
    def _default_keeps_bounds(cls, default: Number, info: ValidationInfo) -> Number:
        if "combiner" not in info.data or "bounds" not in info.data:
            return default
        return _kept(info.data["combiner"], info.data["bounds"]).check(default)

    @property
    def lever(self) -> Lever:
        """The lever that is declared."""
        bounds = _kept(self.combiner, self.bounds)
        return Lever(self.unit, self.default.value, self.combiner, bounds, self.meaning or "")


def _kept(combiner: Combiner, bounds: tuple[float, float] | None) -> Bounds:
    return Bounds(*bounds) if bounds else _WIDEST[combiner]
