"""What a government does: one lever, moved for an audience, from a date on."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationInfo, field_validator

from defectsim.core.errors import nearest
from defectsim.core.levers import LEVERS, Lever
from defectsim.core.section import Count, Fraction, Number, Section, refuse, refuse_all
from defectsim.core.statuses import RankName
from defectsim.population.spec import Name

ServiceName = Literal["active", "reserve"]


class Audience(Section):
    """Whom a policy reaches: those who meet every criterion that is given."""

    model_config = ConfigDict(revalidate_instances="always")

    rank: Annotated[list[RankName], Field(min_length=1)] | None = None
    """Their ranks."""
    branch: Annotated[list[str], Field(min_length=1)] | None = None
    """Their branches, by name."""
    service: Annotated[list[ServiceName], Field(min_length=1)] | None = None
    """Their service classes."""
    exposure: Fraction | None = None
    """Their least exposure to sanctions."""

    @field_validator("branch")
    @classmethod
    def _branches_exist(cls, branch: list[str] | None, info: ValidationInfo) -> list[str] | None:
        """Look for the branches among those that the validation's context names."""
        known = (info.context or {}).get("branches")
        if branch is not None and known is not None:
            unknown = [(place, name) for place, name in enumerate(branch) if name not in known]
            refuse_all(((place,), f"there is no branch {name!r}{nearest(name, known)}") for place, name in unknown)
        return branch

    def __str__(self) -> str:
        parts = [", ".join(names) for names in (self.rank, self.branch, self.service) if names]
        if self.exposure is not None:
            parts.append(f"exposure at least {self.exposure.value:g}")
        return "; ".join(parts) or "all"


class Policy(Section):
    """One entry under `policies`.

    Policies move payoffs from `effective` to `until` (not included), rising in a straight line over the first
    `ramp_days`. `announced` is kept for the record, until beliefs answer to it.
    """

    model_config = ConfigDict(revalidate_instances="always")

    lever: Annotated[str, Field(json_schema_extra={"anyOf": [{"enum": list(LEVERS)}, TypeAdapter(Name).json_schema()]})]
    """The lever that is moved, shipped or of the scenario's own."""
    value: Number
    """What is done to the lever, as the lever combines: a multiple, a chance, or what is added."""
    effective: dt.date
    """The date from which on the policy acts."""
    announced: dt.date | None = None
    """The date on which it was announced, for the record."""
    until: dt.date | None = None
    """The date from which on it does not act any more; it stays where nothing is said."""
    ramp_days: Count = Number(value=0)
    """How many days it takes to reach its value."""
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

    def strength(self, date: dt.date, neutral: float) -> float | None:
        """Return the policy's value on `date`, its ramp from `neutral` included, or None where it is not in effect."""
        if date < self.effective or (self.until is not None and date >= self.until):
            return None
        days = (date - self.effective).days
        if days >= self.ramp_days.value:
            return self.value.value
        reached = days / self.ramp_days.value
        return neutral + reached * (self.value.value - neutral)


def known_levers(info: ValidationInfo) -> Mapping[str, Lever | None]:
    """Return the levers that the validation's context names, or the shipped ones; one that has faults is None."""
    levers: Mapping[str, Lever | None] = (info.context or {}).get("levers", LEVERS)
    return levers
