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
    branch: Annotated[list[str], Field(min_length=1)] | None = None
    service: Annotated[list[ServiceName], Field(min_length=1)] | None = None
    exposure: Annotated[
        Fraction | None, Field(description="the least exposure to sanctions of those whom the policy reaches")
    ] = None

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
    value: Number
    effective: dt.date
    announced: dt.date | None = None
    until: dt.date | None = None
    ramp_days: Count = Number(value=0)
    audience: Audience = Audience()
    actor: str | None = None
    source: str | None = None

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
