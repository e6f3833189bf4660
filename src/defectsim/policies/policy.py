"""Policies: one lever, moved for an audience, from a date on."""

import datetime as dt
import math
import operator
import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import (
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import InitErrorDetails

from defectsim.core.errors import nearest
from defectsim.core.expressions import TOO_LARGE, expect_short
from defectsim.core.section import (
    FINITE,
    Bounds,
    Days,
    FormedText,
    Identifier,
    Number,
    Refusal,
    Section,
    details_of,
    refusals,
    refuse,
    refuse_all,
)
from defectsim.model.levers import LEVERS, Lever
from defectsim.model.transitions import OUT_OF_SERVICE
from defectsim.policies.audience import Audience
from defectsim.policies.series import LeverValue, SeriesValue
from defectsim.policies.series_rows import Need, read

TRIGGER_COUNTS = {
    "generals_defected": "generals and admirals who have defected",
    "officers_defected": "officers below them who have defected",
    **{str(status): f"people of all ranks who {status.phrase}" for status in OUT_OF_SERVICE},
    "failed_attempts": "attempts to overthrow the ruler that have failed",
}
"""Counts that a condition can name: in the whole armed forces, as a step begins."""

_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_FORM = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)?)\s*")


class Trigger(NamedTuple):
    """A condition such as ``generals_defected >= 3``."""

    name: str
    sign: str
    number: float

    @classmethod
    def parse(cls, text: str) -> "Trigger":
        """Read a condition as a scenario writes it, or refuse it."""
        expect_short(text)
        match = _FORM.fullmatch(text)
        if match is None:
            raise refuse(
                f"{text!r} is no condition: write a name, a sign and a number, "
                "as in generals_defected >= 3"
            )
        name, sign, number = match.groups()
        if name not in TRIGGER_COUNTS:
            known = nearest(name, TRIGGER_COUNTS) or f"; there are {', '.join(TRIGGER_COUNTS)}"
            raise refuse(f"nobody counts {name!r}{known}")
        if math.isinf(float(number)):
            raise refuse(TOO_LARGE)
        return cls(name, sign, float(number))

    def holds(self, counted: Mapping[str, float]) -> bool:
        """Return whether it holds, given the values of `TRIGGER_COUNTS`."""
        return bool(_SIGNS[self.sign](counted[self.name], self.number))

    def __str__(self) -> str:
        number = np.format_float_positional(self.number, trim="-")  # as `parse` reads it
        return f"{self.name} {self.sign} {number}"


_LEVER_NAMES: Any = [{"enum": [*LEVERS]}, TypeAdapter(Identifier).json_schema()]


class Policy(Section):
    """One entry under `policies`.

    It acts from `effective` to `until` (not included), rising in a straight line over the first
    `ramp_days`. If its lever is a promise, a threat or a call, which people answer as soon as they
    hear of it, it acts from `announced` on. With `when` it acts from the first step that begins on
    `effective` or later and at whose beginning the condition holds, whatever comes after.
    """

    synonyms = {"date": "effective", "start": "effective", "from": "effective", "end": "until"}
    model_config = ConfigDict(revalidate_instances="always")

    lever: Annotated[str, Field(json_schema_extra={"anyOf": _LEVER_NAMES})]
    """The lever that it moves, shipped or of the scenario's own."""
    effective: dt.date
    """The date from which it acts, or waits for its condition."""
    announced: dt.date | None = None
    """The date of its announcement; a promise, a threat or a call acts from then on."""
    until: dt.date | None = None
    """The first date on which it no longer acts; default: it stays."""
    ramp_days: Days = Number(value=0)
    """Days until it reaches its value."""
    when: FormedText | None = None
    """The condition that it waits for, as in generals_defected >= 3."""
    cost: Annotated[Number, Bounds(low=0), FINITE] | None = None
    """Its cost while in effect, in USD a month."""
    audience: Audience = Audience()
    """The people whom it reaches; default: everybody."""
    value: LeverValue
    """Its effect on the lever, as the lever combines: a multiple, a chance, or an addition."""
    actor: str | None = None
    """The government or organisation behind it."""
    source: str | None = None
    """Where its numbers come from, unless they have sources of their own."""

    @field_validator("lever")
    @classmethod
    def _lever_exists(cls, lever: str, info: ValidationInfo) -> str:
        if lever not in (levers := known_levers(info)):
            raise refuse(f"there is no lever {lever!r}{nearest(lever, levers)}")
        return lever

    @field_validator("value")
    @classmethod
    def _value_suits_lever(
        cls, value: Number | SeriesValue, info: ValidationInfo
    ) -> Number | SeriesValue:
        lever = known_levers(info).get(info.data.get("lever", ""))
        if isinstance(value, Number):
            return lever.bounds.check(value) if lever else value
        begins, until = info.data.get("effective"), info.data.get("until")
        if lever and lever.promise:
            begins = info.data.get("announced") or begins
        need = Need.of(lever, info, begins, until) if begins else Need(lever, None, None)
        found, faults = read(value, need)
        refuse_all(faults)
        return found

    @field_validator("announced", "until")
    @classmethod
    def _dates_are_in_order(cls, date: dt.date | None, info: ValidationInfo) -> dt.date | None:
        effective = info.data.get("effective")
        if date is None or effective is None:
            return date
        if info.field_name == "announced" and date > effective:
            raise refuse(f"announced {date} must be no later than effective {effective}")
        if info.field_name == "until" and date <= effective:
            raise refuse(f"until {date} must be after effective {effective}")
        return date

    @field_validator("when")
    @classmethod
    def _when_is_a_condition(cls, when: str | None, info: ValidationInfo) -> str | None:
        if when is None:
            return None
        if info.data.get("announced"):
            raise refuse(
                "a policy with a condition becomes known when it starts; take announced out"
            )
        return str(Trigger.parse(when))

    @property
    def trigger(self) -> Trigger | None:
        """The condition that it waits for."""
        return None if self.when is None else Trigger.parse(self.when)

    def begins(self, lever: Lever) -> dt.date:
        """Return the first date on which it can act on its lever."""
        return self.announced if lever.promise and self.announced else self.effective

    def in_effect(self, date: dt.date, lever: Lever) -> bool:
        """Return whether it acts on a date, or may act if it waits for a condition."""
        return self.begins(lever) <= date and (self.until is None or date < self.until)

    def strength(self, days: int, neutral: float, value: float) -> float:
        """Return what it is some days after it begins to act; a ramp leads from `neutral` to `value`."""
        if days >= self.ramp_days.value:
            return value
        return neutral + days / self.ramp_days.value * (value - neutral)


def known_levers(info: ValidationInfo) -> Mapping[str, Lever | None]:
    """Return the levers of the validation's context, or the shipped ones; None has faults."""
    levers: Mapping[str, Lever | None] = (info.context or {}).get("levers", LEVERS)
    return levers


def _complete_conditions(
    conditions: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> dict[str, Number | SeriesValue]:
    """Validate each condition by itself, read series, and add the default of every other lever."""
    if not isinstance(conditions, Mapping):
        handler(conditions)
    levers, details = known_levers(info), list[InitErrorDetails]()
    given: dict[str, Number | SeriesValue] = {}
    for name, value in conditions.items():
        if name not in levers:
            hint = nearest(name, levers)
            details += refusals([((name, "[key]"), f"there is no such lever{hint}")])
        try:
            given |= handler({name: value})
        except ValidationError as error:
            details += details_of(error)
        if name in given:
            given[name], faults = _fitted(given[name], levers.get(name), info)
            details += refusals(((name, *place), message) for place, message in faults)
    if details:
        raise ValidationError.from_exception_data("conditions", details)
    return {
        name: given.get(name) or Number(value=lever.default)
        for name, lever in levers.items()
        if lever
    }


def _fitted(
    value: Number | SeriesValue, lever: Lever | None, info: ValidationInfo
) -> tuple[Number | SeriesValue, list[Refusal]]:
    """Return a condition with its series read, and why it does not fit its lever, if that is known."""
    if isinstance(value, SeriesValue):
        return read(value, Need.of(lever, info))
    return value, [((), fault) for fault in lever.bounds.faults(value)] if lever else []


Conditions = Annotated[dict[str, LeverValue], WrapValidator(_complete_conditions)]
"""The section `conditions`, completed with every lever at its default."""
