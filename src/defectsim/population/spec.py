"""What a scenario says of the army: its branches, its units, and what people have."""

import keyword
import math
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from defectsim.core.section import (
    Bounds,
    BuiltSection,
    Count,
    Fraction,
    Number,
    PositiveCount,
    Section,
    refuse,
    refuse_all,
)
from defectsim.core.table import Csv
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS, RESERVED_NAMES
from defectsim.model.transitions import RANKS, Rank
from defectsim.population.distribution import FORMS, Distribution
from defectsim.population.names import Block
from defectsim.population.ties import Academy, Edges, Network, Ties


class Listed(Section):
    """A column of a CSV file; it means what `values` means with its numbers, and becomes that when it is read."""

    csv: Csv
    """The file, beside the scenario or below."""
    column: str
    """Its column, with a number for each person of that rank in each branch."""
    source: str | None = None
    """Where the numbers come from; the file and the column where nothing is said."""


def values_of(listed: Listed, bounds: Bounds) -> Distribution:
    """Return the law that lists the numbers of the column, or refuse those that are none or break `bounds`."""
    table = listed.csv
    values, faults = [], []
    for line, cell in table.column(listed.column, "column"):
        value = _number(cell)
        if fault := bounds.fault(value) if math.isfinite(value) else f"{cell!r} is not a number":
            faults.append((line, fault))
        values.append(value)
    table.refuse_lines("column", faults)
    return Distribution(
        values=values, source=listed.source or f"{table.name}, column {listed.column}"
    )


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]

Quantity = Number | Distribution


class ByRank(BuiltSection):
    """A quantity, rank by rank; a rank that is not named keeps the column's default."""


def _shape(data: Any) -> str:
    if isinstance(data, ByRank):
        return "ranks"
    if isinstance(data, Distribution) or (
        isinstance(data, dict) and data.keys() & {*FORMS, "parameters"}
    ):
        return "law"
    if isinstance(data, dict) and data.keys() & {"csv", "column"}:
        return "file"
    return "ranks" if isinstance(data, dict) and "value" not in data else "number"


LEAST_MASS = 1e-6
"""The least share of a law's values within its column's bounds; below it, truncation loses all precision."""


def _keeping(law: Distribution, bounds: Bounds) -> Distribution:
    """Refuse a law that cannot keep its column's bounds."""
    for value in law.values or ():
        if fault := bounds.fault(value):
            raise refuse(fault)
    if law.values is None and not law.mass(bounds) >= LEAST_MASS:
        raise refuse(f"next to none of its values keep the bounds: must be {bounds}")
    return law


@cache
def _entry(bounds: Bounds) -> Any:
    """Make the type of one entry of `people`: a number, a law or a list, for everyone or rank by rank."""
    number = Annotated[Number, bounds]
    law = Annotated[Distribution, AfterValidator(partial(_keeping, bounds=bounds))]
    listed = Annotated[Listed, AfterValidator(partial(values_of, bounds=bounds))]
    one = (
        Annotated[number, Tag("number")]
        | Annotated[law, Tag("law")]
        | Annotated[listed, Tag("file")]
    )
    of_rank: Any = (Annotated[one, Discriminator(_shape)] | None, None)
    ranks = create_model("ByRank", __base__=ByRank, **dict.fromkeys(RANKS, of_rank))
    return Annotated[one | Annotated[ranks, Tag("ranks")], Discriminator(_shape)]


class _Quantities(BuiltSection):
    """The part of `People` that does not depend on the table of columns."""

    attributes: dict[str, Any] = {}

    @field_validator("attributes")
    @classmethod
    def _names_are_free(cls, attributes: dict[str, Any]) -> dict[str, Any]:
        taken = [name for name in attributes if name in RESERVED_NAMES or keyword.iskeyword(name)]
        refuse_all(((name,), "this name is taken; choose another") for name in taken)
        return attributes

    def quantity(self, name: str, rank: Rank) -> Quantity | None:
        """Return what is said of column `name` for `rank`, or None where nothing is."""
        entry = getattr(self, name) if name in PEOPLE_COLUMNS else self.attributes.get(name)
        return getattr(entry, str(rank)) if isinstance(entry, ByRank) else entry


_FIELDS: Any = {
    name: (
        _entry(column.bounds) | None,
        Field(None, description=f"{column.meaning} Unit: {column.unit}."),
    )
    for name, column in PEOPLE_COLUMNS.items()
}
_OWN: Any = (
    dict[Name, _entry(OWN_ATTRIBUTE.bounds)],  # type: ignore[misc]  # a type made when run
    Field({}, description="Columns of the scenario's own."),
)
People: Any = create_model(
    "People",
    __base__=_Quantities,
    __doc__="What people have; each entry a number or a law, for everyone or rank by rank.",
    attributes=_OWN,
    **_FIELDS,
)


COMPANY_RANKS = tuple(rank for rank in reversed(Rank) if rank < Rank.GENERAL)
"""Ranks with posts in a company, in the order in which these are filled."""


class _Establishment(BuiltSection):
    """The part of `Company` that does not depend on the ranks."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.posts:
            raise refuse("a company must have somebody in it")
        return self

    @property
    def posts(self) -> tuple[Rank, ...]:
        """The ranks of a full company's people, in the order in which their posts are filled."""
        return tuple(rank for rank, posts in self.establishment.items() for _ in range(posts))

    @property
    def establishment(self) -> dict[Rank, int]:
        """How many posts each rank has, in the order in which they are filled."""
        return {rank: int(getattr(self, str(rank))) for rank in COMPANY_RANKS}


_POSTS: Any = {
    str(rank): (Count, Field(Number(value=0), description=f"Posts of {rank.people}."))
    for rank in COMPANY_RANKS
}
Company: Any = create_model(
    "Company",
    __base__=_Establishment,
    __doc__="The establishment of a company: posts by rank; the first officer commands it.",
    **_POSTS,
)


class Branch(Section):
    """One branch of the armed forces."""

    strength: Annotated[PositiveCount, Field(description="people below the rank of general")]
    generals: Count = Number(value=0)
    """Generals, or admirals."""
    service: Literal["active", "reserve"] = "active"
    """The service class of its people."""
    capital: Fraction = Number(value=0)
    """Share of its brigades that are stationed in the capital: those with the lowest numbers."""
    people: Annotated[People, Field(description="what people of this branch have instead")] = (
        People()
    )


class Forces(Section):
    """The armed forces: branches of companies, companies in battalions, brigades and commands, and ties across."""

    branches: Annotated[dict[Name, Branch], Field(min_length=1)]
    """Each branch, by a name of yours."""
    company: Company = Company.model_validate({"officer": 4, "nco": 26, "enlisted": 90})
    battalion: Annotated[PositiveCount, Field(description="companies in a battalion")] = Number(
        value=5
    )
    brigade: Annotated[PositiveCount, Field(description="battalions in a brigade")] = Number(
        value=4
    )
    command: Annotated[PositiveCount, Field(description="brigades in a command")] = Number(value=6)
    ties: Annotated[Ties, Field(description="who is tied to whom sideways, in every replicate")] = (
        Academy()
    )

    @field_validator("ties")
    @classmethod
    def _ties_have_their_people(cls, ties: Any, info: ValidationInfo) -> Any:
        if "branches" not in info.data or "company" not in info.data:
            return ties
        branches = info.data["branches"]
        if isinstance(ties, Network):
            strengths = [by_rank(info.data["company"], branch) for branch in branches.values()]
            refuse_all(
                ties.faults(
                    sum(
                        count[rank]
                        for count in strengths
                        for rank in Rank
                        if str(rank) in ties.ranks
                    )
                )
            )
        elif isinstance(ties, Edges):
            refuse_all(ties.strangers(sizes(branches)))
        return ties


def unsaid(
    forces: Forces, people: Any, reads: Callable[[Rank, str], bool]
) -> list[tuple[tuple[str, ...], str]]:
    """Find what a scenario must say of people and does not, or says of the wrong number of them.

    Parameters
    ----------
    reads
        Says whether people of a rank decide by a column: it must be said of them, if it has no default.

    Returns
    -------
    list
        A place below the section `people`, and a message, for each fault.
    """
    faults: list[tuple[tuple[str, ...], str]] = []
    for branch_name, branch in forces.branches.items():
        for rank, count in by_rank(forces.company, branch).items():
            own = {*people.attributes, *branch.people.attributes}
            for name in (*PEOPLE_COLUMNS, *sorted(own)) if count else ():
                said = branch.people.quantity(name, rank) or people.quantity(name, rank)
                place = ("attributes", name) if name in own else (name,)
                if (
                    said is None
                    and name in PEOPLE_COLUMNS
                    and PEOPLE_COLUMNS[name].default is None
                    and reads(rank, name)
                ):
                    faults.append((place, f"must be given for rank {rank} (branch {branch_name})"))
                elif (
                    isinstance(said, Distribution)
                    and said.values is not None
                    and len(said.values) != count
                ):
                    faults.append(
                        (
                            place,
                            f"has {len(said.values)} values for {count} people (rank {rank}, branch {branch_name})",
                        )
                    )
    return faults


def filled(people: Any) -> Any:
    """Return what people have with every default of a column said."""
    said: dict[str, Any] = {}
    for name, column in PEOPLE_COLUMNS.items():
        entry = getattr(people, name)
        if column.default is None:
            continue
        default = Number(value=column.default)
        if entry is None:
            said[name] = default
        elif isinstance(entry, ByRank):
            said[name] = entry.model_copy(
                update={rank: default for rank, one in entry if one is None}
            )
    return people.model_copy(update=said)


def by_rank(company: Company, branch: Branch) -> dict[Rank, int]:
    """Count the people of each rank in a branch."""
    full, part = divmod(int(branch.strength), sum(company.establishment.values()))
    found = {Rank.GENERAL: int(branch.generals)}
    for rank, posts in company.establishment.items():
        found[rank] = full * posts + min(part, posts)
        part -= min(part, posts)
    return {rank: found[rank] for rank in Rank}


def sizes(branches: Mapping[str, Branch]) -> dict[Block, int]:
    """Count the people of each block: those who are numbered together."""
    soldiers = {(name, "soldier"): int(branch.strength) for name, branch in branches.items()}
    return soldiers | {(name, "general"): int(branch.generals) for name, branch in branches.items()}
