"""The people whom a policy or an act reaches."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from defectsim.core.errors import nearest
from defectsim.core.section import Fraction, Section, refuse_all
from defectsim.model.person import Array
from defectsim.model.transitions import RANKS, SERVICES, RankName
from defectsim.population.names import parse_name

if TYPE_CHECKING:  # which imports polars, and a scenario is read without it
    from defectsim.population.population import Population

ServiceName = Literal["active", "reserve"]


class Audience(Section):
    """Criteria for the people whom a policy or an act reaches."""

    model_config = ConfigDict(revalidate_instances="always")

    rank: Annotated[list[RankName], Field(min_length=1)] | None = None
    """Their ranks."""
    branch: Annotated[list[str], Field(min_length=1)] | None = None
    """Their branches, by name."""
    service: Annotated[list[ServiceName], Field(min_length=1)] | None = None
    """Their service classes."""
    capital: bool | None = None
    """True for people stationed in the capital, false for people elsewhere."""
    agents: Annotated[list[str], Field(min_length=1)] | None = None
    """Single people, by their names in tables, such as army-general-2."""
    exposure: Fraction | None = None
    """Their least exposure to sanctions."""

    @field_validator("branch")
    @classmethod
    def _branches_exist(cls, branch: list[str] | None, info: ValidationInfo) -> list[str] | None:
        known = (info.context or {}).get("branches")
        if known is not None:
            refuse_all(
                ((place,), f"there is no branch {name!r}{nearest(name, known)}")
                for place, name in enumerate(branch or ())
                if name not in known
            )
        return branch

    @field_validator("agents")
    @classmethod
    def _agents_have_names(cls, agents: list[str] | None) -> list[str] | None:
        refuse_all(
            ((place,), f"{name!r} is nobody's name; names are like army-1, army-general-1")
            for place, name in enumerate(agents or ())
            if parse_name(name) is None
        )
        return agents

    def __str__(self) -> str:
        lists = (self.agents, self.rank, self.branch, self.service)
        parts = [", ".join(names) for names in lists if names]
        if self.capital is not None:
            parts.append("in the capital" if self.capital else "outside the capital")
        if self.exposure is not None:
            parts.append(f"exposure at least {self.exposure.value:g}")
        return "; ".join(parts) or "all"


def reaches(
    audience: Audience,
    population: "Population",
    columns: Mapping[str, Array],
) -> NDArray[np.bool_]:
    """Return whether each person belongs to an audience, given the column `exposure`."""
    reached = np.ones(len(population), bool)
    for column, chosen, names in (
        (population.rank, audience.rank, RANKS),
        (population.branch, audience.branch, population.branches),
        (population.service, audience.service, SERVICES),
    ):
        if chosen is not None:
            reached &= np.isin(column, [names.index(name) for name in chosen])
    if audience.capital is not None:
        reached &= population.capital == audience.capital
    if audience.exposure is not None:
        reached &= columns["exposure"] >= audience.exposure.value
    if audience.agents is not None:
        reached &= named_people(audience.agents, population)
    return reached


def named_people(names: Sequence[str], population: "Population") -> NDArray[np.bool_]:
    """Return for each person whether tables call them by one of `names`, all of which exist."""
    named = np.zeros(len(population), bool)
    named[population.rows_of(names)] = True
    return named
