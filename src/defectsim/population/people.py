"""The section `people`: numbers, distributions and lists, for everyone or rank by rank."""

import keyword
from collections.abc import Mapping
from functools import cache, partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    create_model,
    field_validator,
)

from defectsim.core.section import (
    FINITE,
    Bounds,
    BuiltSection,
    Identifier,
    Number,
    Refusal,
    Section,
    refuse,
    together,
)
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS, RESERVED_NAMES
from defectsim.model.transitions import RANKS, Rank
from defectsim.population.distribution import FORMS, Distribution
from defectsim.population.listed import CsvColumn, listed_numbers
from defectsim.population.statuses import STATUS_OF_PEOPLE, StatusByRank, StatusShares

Quantity = Number | Distribution | StatusShares

STATUS = "status"
LEAST_MASS = 1e-6
"""Least probability of a column's bounds; below it, truncation loses all precision."""


def _within_bounds(distribution: Distribution, bounds: Bounds) -> Distribution:
    """Refuse a distribution that cannot be truncated to its column's bounds."""
    for value in distribution.values or ():
        if fault := bounds.fault(value):
            raise refuse(fault)
    if distribution.values is None and not distribution.mass(bounds) >= LEAST_MASS:
        raise refuse(f"next to none of its values keep the bounds: must be {bounds}")
    return distribution


class ByRank(BuiltSection):
    """A quantity, rank by rank; other ranks keep the column's default."""


def _tag(data: Any) -> str:
    """Return the tag of a quantity; no file has it as a key, so places of faults leave it out."""
    if isinstance(data, ByRank):
        return "ranks"
    if isinstance(data, Distribution):
        return "drawn"
    if isinstance(data, dict):
        if data.keys() & {*FORMS, "parameters"}:
            return "drawn"
        if data.keys() & {"csv", "column"}:
            return "file"
        if "value" not in data:
            return "ranks"
    return "number"


@cache
def _quantity_type(bounds: Bounds) -> Any:
    """Build the type of an entry of `people` for a column's bounds."""
    number = Annotated[Number, bounds, FINITE, Tag("number")]
    drawn = Annotated[
        Distribution, AfterValidator(partial(_within_bounds, bounds=bounds)), Tag("drawn")
    ]
    file = Annotated[CsvColumn, AfterValidator(partial(listed_numbers, bounds=bounds)), Tag("file")]
    one = number | drawn | file
    of_rank: Any = (Annotated[one, Discriminator(_tag)] | None, None)
    ranks = create_model("ByRank", __base__=ByRank, **dict.fromkeys(RANKS, of_rank))
    return Annotated[one | Annotated[ranks, Tag("ranks")], Discriminator(_tag)]


class State(Section):
    """One entry under `people.state`: a column that the rule `update` changes in each step."""

    initial: _quantity_type(OWN_ATTRIBUTE.bounds)  # type: ignore[valid-type]  # built by a function
    """Value before the first step."""
    unit: str
    """Unit of measurement."""


class _Quantities(BuiltSection):
    """Part of `People` that does not depend on the table of columns."""

    attributes: dict[str, Any] = {}
    state: dict[str, Any] = {}

    @field_validator("attributes", "state", mode="wrap")
    @classmethod
    def _names_are_free(
        cls, named: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        taken = {*RESERVED_NAMES, *info.data.get("attributes", {}), *keyword.kwlist}
        faults: list[Refusal] = [
            ((name, "[key]"), "this name is taken; choose another")
            for name in (named if isinstance(named, Mapping) else ())
            if name in taken
        ]
        return together(faults, lambda: handler(named))

    @property
    def own(self) -> dict[str, tuple[str, ...]]:
        """Names of the scenario's own columns, and the place of what each holds at the start."""
        places = {name: ("attributes", name) for name in self.attributes}
        return places | {name: ("state", name, "initial") for name in self.state}

    def quantity(self, name: str, rank: Rank) -> Quantity | None:
        """Return the quantity of a column for a rank, or None if there is none."""
        written = name in PEOPLE_COLUMNS or name == STATUS
        entry: Any = getattr(self, name) if written else self.attributes.get(name)
        if name in self.state:
            entry = self.state[name].initial
        by_rank = isinstance(entry, ByRank | StatusByRank)
        found: Quantity | None = getattr(entry, str(rank)) if by_rank else entry
        return found

    def with_defaults(self) -> Any:
        """Return a copy in which each column has its default where nothing else is given."""
        entries: dict[str, Any] = {}
        for name, column in PEOPLE_COLUMNS.items():
            entry = getattr(self, name)
            if column.default is None:
                continue
            default = Number(value=column.default)
            if entry is None:
                entries[name] = default
            elif isinstance(entry, ByRank):
                missing = {rank: default for rank, one in entry if one is None}
                entries[name] = entry.model_copy(update=missing)
        return self.model_copy(update=entries)


_COLUMNS: Any = {
    name: (
        _quantity_type(column.bounds) | None,
        Field(None, description=f"{column.meaning} Unit: {column.unit}."),
    )
    for name, column in PEOPLE_COLUMNS.items()
}
_ATTRIBUTES: Any = (
    dict[Identifier, _quantity_type(OWN_ATTRIBUTE.bounds)],  # type: ignore[misc]  # built by a function
    Field({}, description="Columns of the scenario's own."),
)
People: Any = create_model(
    "People",
    __base__=_Quantities,
    __doc__="Columns of people; each a number or a distribution, for everyone or rank by rank.",
    attributes=_ATTRIBUTES,
    status=(
        STATUS_OF_PEOPLE | None,
        Field(None, description="Statuses before the first step; default: loyal."),
    ),
    state=(dict[Identifier, State], Field({}, description="State that the rule `update` changes.")),
    **_COLUMNS,
)
