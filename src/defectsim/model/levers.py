"""The named quantities that governments move, declared once.

A policy moves one lever; several policies on one lever combine as the lever says. Rules read levers as fields of
`country`, as they reach the person who decides. A scenario may declare levers of its own beside those below.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import Field, ValidationInfo, field_validator

from defectsim.core.section import Bounds, Number, NumberPair, Section, annotations, refuse

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
    promise
        Whether people answer to it from its announcement on, before it is in effect: a promise, a threat, a call.
    """

    unit: str
    default: float
    combiner: Combiner
    bounds: Bounds
    meaning: str
    promise: bool = False

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


def _share(meaning: str, *, promise: bool = False) -> Lever:
    return Lever("0..1", 0.0, "any", Bounds(0, 1), meaning, promise)


def _amount(unit: str, meaning: str, *, promise: bool = False) -> Lever:
    return Lever(unit, 0.0, "sum", Bounds(low=0), meaning, promise)


class Levers(Protocol):
    """The levers, as a rule reads them: ``country.travel_ban``."""

    pay: Annotated[
        float, _multiple("multiple", 1.0, "Official pay, as a multiple of each person's own.")
    ]
    perks: Annotated[
        float,
        _multiple(
            "multiple", 1.0, "Rents that the ruler grants, as a multiple of each person's own."
        ),
    ]
    food_boxes: Annotated[
        float, _amount("USD/month", "What the ruler's food boxes are worth to those who serve.")
    ]
    subsistence: Annotated[
        float, _multiple("USD/month", 30.0, "What a basket that feeds a household costs.", 0.01)
    ]
    subsistence_outside: Annotated[
        float,
        _multiple(
            "USD/month",
            30.0,
            "What such a basket costs those who left, where they then live.",
            0.01,
        ),
    ]
    promotion: Annotated[float, _share("Prospect of promotion for those who stay loyal.")]
    discharge: Annotated[
        float,
        _multiple("multiple", 1.0, "Legal exit, as a multiple of what is usual; 0 closes it."),
    ]
    travel_ban: Annotated[float, _share("Share of the ways abroad that exit control closes.")]
    border_closure: Annotated[
        float, _share("Share of the ways abroad that a closed border closes for everybody.")
    ]
    surveillance: Annotated[
        float, _share("Share of attempts to leave or to plot that the state detects in time.")
    ]
    punishment: Annotated[
        float,
        _multiple(
            "multiple",
            1.0,
            "Severity of punishment for whoever is caught, as a multiple of the usual.",
        ),
    ]
    rival_amnesty: Annotated[
        float,
        _share("Credibility of the ruler's own pardon for those who come back.", promise=True),
    ]
    repression_orders: Annotated[
        float, _share("Share of protests that troops are ordered to put down by force.")
    ]
    censorship: Annotated[float, _share("Share of public acts that censorship hides from people.")]
    counterbalance: Annotated[
        float,
        _amount(
            "share",
            "Strength of militia and guards set against the army, as a share of the army's.",
        ),
    ]
    recruitment: Annotated[
        float, _share("Share of vacant posts below the officers that recruits fill within a year.")
    ]
    sanctions: Annotated[
        float, _share("Severity of personal sanctions for somebody fully exposed to them.")
    ]
    threat: Annotated[
        float, _share("Chance of sanctions that those who are not designated expect.", promise=True)
    ]
    financial_closure: Annotated[
        float, _share("Share of exposed rents that closed banks abroad make worthless.")
    ]
    off_ramp: Annotated[
        float, _share("Credibility of relief from sanctions for those who go over.", promise=True)
    ]
    delisted: Annotated[
        float, _share("Share of those who went over whom relief has in fact reached, when due.")
    ]
    amnesty: Annotated[
        float, _share("Credibility of the amnesty for those who go over.", promise=True)
    ]
    amnesty_repeal: Annotated[
        float, _share("Risk that the amnesty is repealed later.", promise=True)
    ]
    pardoned: Annotated[
        float, _share("Share of those who went over for whom amnesty has in fact held, when due.")
    ]
    reception: Annotated[
        float, _share("Credibility of being received, housed and safe abroad.", promise=True)
    ]
    received: Annotated[
        float, _share("Share of those who went over who were in fact received, when due.")
    ]
    evacuation: Annotated[
        float, _share("Chance that the family of whoever goes over is brought out.", promise=True)
    ]
    pay_replacement: Annotated[
        float, _amount("USD/month", "Pay promised to those who go over.", promise=True)
    ]
    broadcast: Annotated[
        float, _share("Reach of calls to break with the government.", promise=True)
    ]
    recognition: Annotated[
        float, _share("Weight of those abroad who recognise a rival government.", promise=True)
    ]
    protest: Annotated[
        float, _share("Size of the protests; 1 is the largest that the country has seen.")
    ]
    deadline: Annotated[
        float, _share("Urgency of a deadline by which offers must be taken.", promise=True)
    ]


LEVERS = annotations(Levers, Lever)


class OwnLever(Section):
    """One entry under `levers`: a lever that a scenario declares, for rules of its own to read."""

    unit: Annotated[str, Field(min_length=1, description="what it is measured in")]
    combiner: Annotated[Combiner, Field(description="how several policies act on it together")]
    bounds: Annotated[
        NumberPair | None,
        Field(
            description="the least and the largest that a condition, and a policy's value, may be"
        ),
    ] = None
    default: Annotated[
        Number, Field(description="its value where neither conditions nor a policy say otherwise")
    ]
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
