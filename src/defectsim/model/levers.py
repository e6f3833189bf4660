"""Levers: the named quantities that governments move, declared once.

A policy moves one lever; several policies on one lever combine by its combiner. Rules read levers
as fields of `country`, as they reach the person who decides. A scenario may declare further levers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, ValidationInfo, field_validator

from defectsim.core.section import FINITE, Bounds, Number, NumberPair, Section, refuse

Combiner = Literal["product", "any", "sum"]
"""A `product` of multiples of the condition; `any`, the chance that at least one of several
independent promises or obstacles holds; or a `sum` of additions to the condition."""

_NEUTRAL: dict[Combiner, float] = {"product": 1.0, "any": 0.0, "sum": 0.0}
_WIDEST: dict[Combiner, Bounds] = {"product": Bounds(low=0), "any": Bounds(0, 1), "sum": Bounds()}


@dataclass(frozen=True)
class Lever:
    """Quantity that policies move."""

    unit: str
    """Unit of measurement."""
    default: float
    """Value without a condition of the scenario and without a policy."""
    combiner: Combiner
    """Effect of several policies."""
    bounds: Bounds
    """Bounds of a condition and of a policy's value; several policies together may exceed them."""
    meaning: str
    """Meaning, in a sentence."""
    promise: bool = False
    """True if people react to its announcement, before its effect: a promise, threat or call."""

    def combined(self, condition: float, values: Sequence[float]) -> float:
        """Combine a condition with the values of the policies in effect."""
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
        """Policy value without an effect, at which ramps begin."""
        return _NEUTRAL[self.combiner]


_share: Any = partial(Lever, "0..1", 0.0, "any", Bounds(0, 1))
_promise: Any = partial(_share, promise=True)
_multiple: Any = partial(Lever, "multiple", 1.0, "product", Bounds(low=0))
_cost: Any = partial(Lever, "USD/month", 30.0, "product", Bounds(low=0.01))
_amount: Any = partial(Lever, "USD/month", 0.0, "sum", Bounds(low=0))
_standing: Any = partial(Lever, "0..1", 1.0, "any", Bounds(0, 1))
_addition: Any = partial(Lever, "share", 0.0, "sum", Bounds(low=0))


class Levers(Protocol):
    """Levers, as rules read them: ``country.travel_ban``."""

    pay: float = _multiple("Official pay, as a multiple of each person's own.")
    perks: float = _multiple("Rents that the ruler grants, as a multiple of each person's own.")
    food_boxes: float = _amount("Worth of the ruler's food boxes to those who serve.")
    subsistence: float = _cost("Cost of a basket that feeds a household.")
    subsistence_outside: float = _cost("Cost of such a basket where those who left live.")
    promotion: float = _share("Prospect of promotion for those who stay loyal.")
    discharge: float = _multiple("Legal exit, as a multiple of the usual; 0 closes it.")
    travel_ban: float = _share("Share of exits abroad that exit control closes.")
    border_closure: float = _share("Share of exits abroad that a closed border closes.")
    surveillance: float = _share(
        "Share of attempts to leave or to plot that the state detects in time."
    )
    punishment: float = _multiple(
        "Severity of punishment of those caught, as a multiple of the usual."
    )
    rival_amnesty: float = _promise("Credibility of the ruler's pardon for those who come back.")
    repression_orders: float = _share("Share of protests that troops are ordered to repress.")
    censorship: float = _share("Share of public acts that censorship hides from people.")
    counterbalance: float = _addition(
        "Strength of militia and guards against the army, as a share of the army's."
    )
    recruitment: float = _share(
        "Share of vacant posts below officers that recruits fill in a year."
    )
    sanctions: float = _share("Severity of personal sanctions at full exposure.")
    threat: float = _promise("Chance of sanctions that people not yet designated expect.")
    financial_closure: float = _share("Share of exposed rents that closed banks abroad destroy.")
    off_ramp: float = _promise("Credibility of sanctions relief for defectors.")
    delisted: float = _share("Share of defectors whom relief has in fact reached when due.")
    amnesty: float = _promise("Credibility of the amnesty for defectors.")
    amnesty_repeal: float = _promise("Risk that the amnesty is repealed later.")
    pardoned: float = _share("Share of defectors for whom the amnesty has in fact held when due.")
    reception: float = _promise("Credibility of being received, housed and safe abroad.")
    received: float = _share("Share of defectors who were in fact received when due.")
    evacuation: float = _promise("Chance that a defector's family is brought out.")
    pay_replacement: float = _amount("Pay promised to defectors.", promise=True)
    broadcast: float = _promise("Reach of calls to break with the government.")
    recognition: float = _promise("Weight of those abroad who recognise a rival government.")
    protest: float = _share("Size of protests; 1 is the largest on record.")
    deadline: float = _promise("Urgency of a deadline by which offers must be taken.")
    rival: float = _standing(
        "Standing of a side to go over to, such as a rival government; 0 closes defection."
    )
    weathered: float = _share("Memory of protest that the regime has weathered; 1 is the largest.")
    unheeded: float = _share("Memory of calls to break with the government that few heeded.")


LEVERS = {name: lever for name, lever in vars(Levers).items() if isinstance(lever, Lever)}


class OwnLever(Section):
    """One entry under `levers`: a lever that a scenario declares for rules of its own."""

    unit: Annotated[str, Field(min_length=1, description="unit of measurement")]
    combiner: Annotated[Combiner, Field(description="combiner of several policies")]
    bounds: Annotated[
        NumberPair | None,
        Field(description="least and largest value of a condition and of a policy"),
    ] = None
    default: Annotated[
        Number, FINITE, Field(description="value without a condition and without a policy")
    ]
    meaning: Annotated[str | None, Field(description="meaning, in a sentence")] = None

    @field_validator("bounds")
    @classmethod
    def _bounds_suit_combiner(cls, bounds: Any, info: ValidationInfo) -> Any:
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
                f"[{low:g}, {high:g}] must hold {neutral:g}, the policy value that changes nothing "
                f"(combiner {combiner}): policies' values keep these bounds too"
            )
        return bounds

    @field_validator("default")
    @classmethod
    def _default_keeps_bounds(cls, default: Number, info: ValidationInfo) -> Number:
        if "combiner" not in info.data or "bounds" not in info.data:
            return default
        return _bounds(info.data["combiner"], info.data["bounds"]).check(default)

    @property
    def lever(self) -> Lever:
        """Lever that the entry declares."""
        bounds = _bounds(self.combiner, self.bounds)
        return Lever(self.unit, self.default.value, self.combiner, bounds, self.meaning or "")


def _bounds(combiner: Combiner, bounds: tuple[float, float] | None) -> Bounds:
    return Bounds(*bounds) if bounds else _WIDEST[combiner]
