"""Whom a policy or an act reaches."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from defectsim.core.errors import nearest
from defectsim.core.section import Fraction, Section, refuse_all
from defectsim.model.transitions import RANKS, SERVICES, Rank, RankName
from defectsim.population.names import parse_name

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
    capital: bool | None = None
    """Whether they are stationed in the capital, or elsewhere."""
    agents: Annotated[list[str], Field(min_length=1)] | None = None
    """They themselves, by the names that tables call them, such as army-general-2."""
    exposure: Fraction | None = None
    """Their least exposure to sanctions."""

    @field_validator("branch")
    @classmethod
    def _branches_exist(cls, branch: list[str] | None, info: ValidationInfo) -> list[str] | None:
        """Look for the branches among those that the validation's context names."""
        known = (info.context or {}).get("branches")
        if branch is not None and known is not None:
            unknown = [(place, name) for place, name in enumerate(branch) if name not in known]
            refuse_all(
                ((place,), f"there is no branch {name!r}{nearest(name, known)}")
                for place, name in unknown
            )
        return branch

    @field_validator("agents")
    @classmethod
    def _agents_have_names(cls, agents: list[str] | None) -> list[str] | None:
        odd = [(place, name) for place, name in enumerate(agents or ()) if parse_name(name) is None]
        refuse_all(
            ((place,), f"{name!r} is nobody's name; names are like army-1, army-general-1")
            for place, name in odd
        )
        return agents

    def __str__(self) -> str:
        parts = [
            ", ".join(names)
            for names in (self.agents, self.rank, self.branch, self.service)
            if names
        ]
        if self.capital is not None:
            parts.append("in the capital" if self.capital else "outside the capital")
        if self.exposure is not None:
            parts.append(f"exposure at least {self.exposure.value:g}")
        return "; ".join(parts) or "all"


def reaches(
    audience: Audience, people: Mapping[str, NDArray[Any]], branches: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Say of each person whether they belong to `audience`.

    Parameters
    ----------
    people
        The columns rank, branch, service, capital, exposure, and number: see `Population.number`.
    branches
        Names of the branches, in the order of their codes.
    """
    reached = np.ones(len(people["rank"]), bool)
    if audience.rank is not None:
        reached &= np.isin(people["rank"], [RANKS.index(name) for name in audience.rank])
    if audience.branch is not None:
        reached &= np.isin(people["branch"], [branches.index(name) for name in audience.branch])
    if audience.service is not None:
        reached &= np.isin(people["service"], [SERVICES.index(name) for name in audience.service])
    if audience.capital is not None:
        reached &= people["capital"] == audience.capital
    if audience.exposure is not None:
        reached &= people["exposure"] >= audience.exposure.value
    if audience.agents is not None:
        reached &= named_people(audience.agents, people, branches)
    return reached


def named_people(
    names: Sequence[str], people: Mapping[str, NDArray[Any]], branches: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Say of each person whether tables call them by one of `names`; see `reaches`."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for block, number in filter(None, map(parse_name, names)):
        numbers.setdefault(block, []).append(number)
    found = np.zeros(len(people["rank"]), bool)
    for (branch, kind), some in numbers.items():
        within = (people["branch"] == branches.index(branch)) & (
            (people["rank"] == Rank.GENERAL) == (kind == "general")
        )
        found |= within & np.isin(people["number"], some)
    return found
