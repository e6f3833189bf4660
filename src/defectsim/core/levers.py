"""The named quantities that governments move, declared once.

A policy moves one lever; several policies on one lever combine as the lever says. Rules read levers as fields of
`country`, as they reach the person who decides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from defectsim.core.declare import declared
from defectsim.core.section import Bounds


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
        How policies act on it: as a `product` of multiples of the condition, or as `any`, the chance that at least one
        of several independent promises or obstacles holds.
    bounds
        What a condition, and a policy's value, must keep.
    meaning
        What it is, in a sentence.
    """

    unit: str
    default: float
    combiner: Literal["product", "any"]
    bounds: Bounds
    meaning: str

    def combined(self, condition: float, values: Sequence[float]) -> float:
        """Return the lever's value under `condition` while policies with `values` are in effect."""
        values = [value for value in values if value != self.neutral]
        if not values:
            return condition
        if self.combiner == "product":
            return condition * math.prod(values)
        return 1.0 - (1.0 - condition) * math.prod(1.0 - value for value in values)

    @property
    def neutral(self) -> float:
        """The policy value that changes nothing: where a ramp begins."""
        return 1.0 if self.combiner == "product" else 0.0


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
