"""The section `people.status`: statuses of people before the first step, who are loyal otherwise."""

import math
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    create_model,
    field_serializer,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from defectsim.core.errors import nearest
from defectsim.core.section import (
    Bounds,
    BuiltSection,
    Fraction,
    Section,
    refuse,
)
from defectsim.model.person import Column
from defectsim.model.transitions import RANKS, STATUSES, Status
from defectsim.population.distribution import Distribution
from defectsim.population.listed import CsvColumn, listed_values

INITIAL_STATUS = Column(
    Bounds(0, len(Status) - 1, whole=True), "code", "Status before the first step.", default=0.0
)
ROUNDING = 1e-9
"""Amount by which shares that are written may be more than 1 together."""


class _Shares(BuiltSection):
    """Part of `StatusShares` that does not depend on the statuses."""

    per: ClassVar[str] = "person"
    values: ClassVar[None] = None
    names: ClassVar[None] = None

    @classmethod
    def _form(cls) -> str:
        """Return all forms of the section, for whoever wrote another."""
        return f"a status, shares of statuses ({', '.join(STATUSES[1:])}), or either rank by rank"

    @model_validator(mode="after")
    def _at_most_everybody(self) -> Self:
        if (together := sum(self._shares)) > 1.0 + ROUNDING:
            raise refuse(f"the shares are {together:g} together: must be at most 1")
        return self

    @property
    def _shares(self) -> list[float]:
        """Share of each status but the first, which the others have."""
        return [float(getattr(self, status) or 0.0) for status in STATUSES[1:]]

    def quantiles(self, probabilities: NDArray[np.float64], _: Bounds) -> NDArray[np.float64]:
        """Return the code of the status of each of some draws in [0, 1)."""
        found = np.searchsorted(np.cumsum(self._shares), probabilities, side="right") + 1
        return np.where(found < len(STATUSES), found, Status.LOYAL).astype(np.float64)


_SHARE_OF: Any = {
    str(status): (Fraction | None, Field(None, description=f"Share of those who {status.phrase}."))
    for status in Status
    if status != Status.LOYAL
}
StatusShares: Any = create_model(
    "StatusShares",
    __base__=_Shares,
    __doc__="Shares of people who are not loyal before the first step, drawn in each replicate.",
    **_SHARE_OF,
)


class StatusList(Distribution):
    """A status for each person of a rank in each branch, by its code."""

    per: Annotated[Literal["person", "unit"], Field(exclude=True)] = "person"

    @field_serializer("values")
    def _dump_names(self, codes: list[float]) -> list[str]:
        return [STATUSES[int(code)] for code in codes]


def _code(name: Any) -> tuple[float, str | None]:
    """Return the code of a status, and what is wrong with its name."""
    if name in STATUSES:
        return float(STATUSES.index(name)), None
    return math.nan, f"there is no status {name!r}{nearest(str(name), STATUSES)}"


def _known(name: str) -> str:
    if fault := _code(name)[1]:
        raise refuse(fault)
    return name


_StatusName = Annotated[
    str, AfterValidator(_known), Field(json_schema_extra={"enum": list(STATUSES)})
]


class StatusNames(Section):
    """A status for each person of a rank in each branch."""

    values: list[_StatusName]
    """Their statuses, by name."""
    names: list[str] | None = None
    """Names in tables of those whose statuses these are; default: people in the order of their numbers."""
    source: str | None = None
    """Source of the statuses."""


def _coded(listed: StatusNames) -> StatusList:
    codes = [_code(name)[0] for name in listed.values]
    return StatusList(values=codes, names=listed.names, source=listed.source)


def _shares_of_name(data: Any) -> Any:
    """Return the shares of people who all have one status."""
    if not isinstance(data, str):
        return data
    if fault := _code(data)[1]:
        raise refuse(fault)
    return {} if data == str(Status.LOYAL) else {data: 1.0}


def _read(listed: CsvColumn, info: ValidationInfo) -> StatusList:
    return listed_values(listed, info, _code, StatusList)


class StatusByRank(BuiltSection):
    """Statuses, rank by rank; other ranks are loyal."""


def _tag(data: Any) -> str:
    """Return the tag of what is written; no file has it as a key."""
    if isinstance(data, StatusByRank):
        return "ranks"
    if isinstance(data, StatusList):
        return "read"
    if isinstance(data, dict):
        for key, tag in (("values", "listed"), ("csv", "file"), ("column", "file")):
            if key in data:
                return tag
        return "ranks" if data.keys() & {*RANKS} else "shares"
    return "shares"


_ONE: Any = (
    Annotated[
        StatusShares,
        BeforeValidator(_shares_of_name, json_schema_input_type=StatusShares | _StatusName),
        Tag("shares"),
    ]
    | Annotated[StatusNames, AfterValidator(_coded), Tag("listed")]
    | Annotated[CsvColumn, AfterValidator(_read), Tag("file")]
    | Annotated[SkipJsonSchema[StatusList], Tag("read")]
)
_of_rank: Any = (Annotated[_ONE, Discriminator(_tag)] | None, None)
_BY_RANK: Any = create_model(
    "StatusByRank", __base__=StatusByRank, **dict.fromkeys(RANKS, _of_rank)
)
STATUS_OF_PEOPLE: Any = Annotated[_ONE | Annotated[_BY_RANK, Tag("ranks")], Discriminator(_tag)]
"""Type of `people.status`: shares, a status of all, a list or a CSV column; or these by rank."""
