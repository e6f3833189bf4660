"""What a government does: one lever, moved for an audience, from a date on."""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationInfo, field_validator

from defectsim.core.errors import nearest
from defectsim.core.section import Bounds, Count, Number, Section, refuse, refuse_all
from defectsim.model.levers import LEVERS, Lever
from defectsim.model.transitions import OUT_OF_SERVICE
from defectsim.policies.audience import Audience
from defectsim.population.spec import Name

COUNTED = {
    "generals_defected": "generals and admirals who have defected",
    "officers_defected": "officers below them who have defected",
    **{str(status): f"people of all ranks who {status.phrase}" for status in OUT_OF_SERVICE},
    "failed_attempts": "attempts to overthrow the ruler that have failed",
}
"""What can be counted, in the whole armed forces, on the day on which a step begins."""

_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*")


class Trigger(NamedTuple):
    """A condition such as ``generals_defected >= 3``."""

    name: str
    sign: str
    number: float

    def holds(self, counted: Mapping[str, float]) -> bool:
        """Say whether it holds where `counted` are the numbers of `COUNTED`."""
        return _SIGNS[self.sign](counted[self.name], self.number)

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.number:g}"


def parsed(text: str) -> Trigger:
    """Return the condition that a scenario writes, or refuse what is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise refuse(
            f"{text!r} is no condition: write a name, a sign and a number, as in generals_defected >= 3"
        )
    name, sign, number = match.groups()
    if name not in COUNTED:
        raise refuse(
            f"nobody counts {name!r}{nearest(name, COUNTED)}; there are {', '.join(COUNTED)}"
        )
    return Trigger(name, sign, float(number))


class Policy(Section):
    """One entry under `policies`.

    It acts to `until` (not included), rising in a straight line over the first `ramp_days`, from `effective` on; or,
    where its lever is a promise, a threat or a call, which people answer to as soon as they hear of it, from
    `announced` on. With `when` it acts from the first step that begins on `effective` or later and at whose beginning
    the condition holds, whatever comes after.
    """

    model_config = ConfigDict(revalidate_instances="always")

    lever: Annotated[
        str,
        Field(
            json_schema_extra={"anyOf": [{"enum": list(LEVERS)}, TypeAdapter(Name).json_schema()]}
        ),
    ]
    """The lever that is moved, shipped or of the scenario's own."""
    value: Number
    """What is done to the lever, as the lever combines: a multiple, a chance, or what is added."""
    effective: dt.date
    """The date from which on the policy acts, or waits for what it waits for."""
    announced: dt.date | None = None
    """The date on which it was announced; a promise, a threat or a call acts from then on."""
    until: dt.date | None = None
    """The date from which on it does not act any more; it stays where nothing is said."""
    ramp_days: Count = Number(value=0)
    """How many days it takes to reach its value."""
    when: str | None = None
    """What it waits for, as in generals_defected >= 3."""
    cost: Annotated[Number, Bounds(low=0)] | None = None
    """What it costs while it is in effect, in USD a month."""
    audience: Audience = Audience()
    """Whom it reaches; everybody where nothing is said."""
    actor: str | None = None
    """Who does it."""
    source: str | None = None
    """Where what is said of it comes from."""

    @field_validator("lever")
    @classmethod
    def _lever_exists(cls, lever: str, info: ValidationInfo) -> str:
        if lever not in (levers := known_levers(info)):
            raise refuse(f"there is no lever {lever!r}{nearest(lever, levers)}")
        return lever

    @field_validator("value")
    @classmethod
    def _value_keeps_bounds(cls, value: Number, info: ValidationInfo) -> Number:
        lever = known_levers(info).get(info.data.get("lever", ""))
        return lever.bounds.check(value) if lever else value

    @field_validator("announced")
    @classmethod
    def _announced_first(cls, announced: dt.date | None, info: ValidationInfo) -> dt.date | None:
        effective = info.data.get("effective")
        if announced and effective and announced > effective:
            raise refuse(f"announced {announced} must be no later than effective {effective}")
        return announced

    @field_validator("until")
    @classmethod
    def _until_last(cls, until: dt.date | None, info: ValidationInfo) -> dt.date | None:
        effective = info.data.get("effective")
        if until and effective and until <= effective:
            raise refuse(f"until {until} must be after effective {effective}")
        return until

    @field_validator("when")
    @classmethod
    def _when_is_a_condition(cls, when: str | None, info: ValidationInfo) -> str | None:
        if when is None:
            return None
        if info.data.get("announced"):
            raise refuse(
                "a policy that waits for something is heard of when it starts; take announced out"
            )
        return str(parsed(when))

    @property
    def trigger(self) -> Trigger | None:
        """What it waits for."""
        return None if self.when is None else parsed(self.when)

    def begins(self, lever: Lever) -> dt.date:
        """Return the first date on which it can act on its lever."""
        return self.announced if lever.promise and self.announced else self.effective

    def strength(self, date: dt.date, start: dt.date, neutral: float) -> float | None:
        """Return the policy's value on `date` where it acts from `start` on, or None where it is not in effect.

        Parameters
        ----------
        neutral
            The value that changes nothing, where its ramp begins.
        """
        if date < start or (self.until is not None and date >= self.until):
            return None
        days = (date - start).days
        if days >= self.ramp_days.value:
            return self.value.value
        reached = days / self.ramp_days.value
        return neutral + reached * (self.value.value - neutral)


def known_levers(info: ValidationInfo) -> Mapping[str, Lever | None]:
    """Return the levers that the validation's context names, or the shipped ones; one that has faults is None."""
    levers: Mapping[str, Lever | None] = (info.context or {}).get("levers", LEVERS)
    return levers


def _are_of_levers(conditions: dict[str, Number], info: ValidationInfo) -> dict[str, Number]:
    levers = known_levers(info)
    faults = [
        ((name,), f"there is no such lever{nearest(name, levers)}")
        for name in conditions
        if name not in levers
    ]
    for name, number in conditions.items():
        if lever := levers.get(name):
            faults += [
                ((name,), fault) for value in number.span if (fault := lever.bounds.fault(value))
            ]
    refuse_all(faults)
    return {
        name: conditions.get(name) or Number(value=lever.default)
        for name, lever in levers.items()
        if lever
    }


Conditions = Annotated[dict[str, Number], AfterValidator(_are_of_levers)]
"""The section `conditions`; it comes to name every lever, at its default where nothing else is said."""
