"""The section `forces`: branches, their units and people, and ties across them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from defectsim.core.formatting import EVERYONE
from defectsim.core.section import (
    BuiltSection,
    Fraction,
    Identifier,
    Number,
    Refusal,
    Section,
    Size,
    refuse,
    refuse_all,
    valid_entries,
)
from defectsim.core.table import first_few
from defectsim.model.person import PEOPLE_COLUMNS
from defectsim.model.transitions import Rank
from defectsim.population.distribution import Distribution
from defectsim.population.names import Block
from defectsim.population.people import STATUS, People, Quantity
from defectsim.population.ties import Academy, Assortative, Edges, Ties

MOST_PEOPLE = 20_000_000
"""Most people of the armed forces."""
BYTES_PER_PERSON = 700
"""Memory that a person takes, if all differ; see docs/explanation/performance.md."""
_MANY = Size(0, MOST_PEOPLE, bytes_each=BYTES_PER_PERSON)
_People = Annotated[Number, _MANY]
_SomePeople = Annotated[Number, replace(_MANY, low=1)]
_Units = Annotated[Number, Size(1, MOST_PEOPLE)]

COMPANY_RANKS = tuple(rank for rank in reversed(Rank) if rank < Rank.GENERAL)
"""Ranks with posts in a company, in the order in which these are filled."""


_NAMED_RANKS = tuple((str(rank), rank) for rank in COMPANY_RANKS)


class _Establishment(BuiltSection):
    """Part of `Company` that does not depend on the ranks."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.size:
            raise refuse("a company must have somebody in it")
        return self

    @property
    def posts(self) -> dict[Rank, int]:
        """Number of posts by rank, in the order in which they are filled."""
        return {rank: int(getattr(self, name)) for name, rank in _NAMED_RANKS}

    @property
    def size(self) -> int:
        """Number of posts."""
        return sum(self.posts.values())


_POSTS: Any = {
    str(rank): (_People, Field(Number(value=0), description=f"Posts of {rank.people}."))
    for rank in COMPANY_RANKS
}
Company: Any = create_model(
    "Company",
    __base__=_Establishment,
    __doc__="Establishment of a company: posts by rank; the first officer commands it.",
    **_POSTS,
)


class Branch(Section):
    """One branch of the armed forces."""

    strength: Annotated[_SomePeople, Field(description="people below the rank of general")]
    generals: _People = Number(value=0)
    """Generals, or admirals."""
    service: Literal["active", "reserve"] = "active"
    """Service class of its people."""
    capital: Fraction = Number(value=0)
    """Share of its brigades that are stationed in the capital: those with the lowest numbers."""
    people: Annotated[People, Field(description="columns that differ in this branch")] = People()

    def quantity(self, people: People, name: str, rank: Rank) -> Quantity | None:
        """Return the quantity of a column: the branch's own, or that of all people."""
        return self.people.quantity(name, rank) or people.quantity(name, rank)


def _no_total(name: str) -> str:
    if name == EVERYONE:
        raise refuse(f"tables call all branches together {name!r}: give the branch another name")
    return name


BranchName = Annotated[Identifier, AfterValidator(_no_total)]


class Forces(Section):
    """Branches of companies, companies in battalions, brigades and commands, and sideways ties."""

    branches: Annotated[dict[BranchName, Branch], Field(min_length=1)]
    """Branches by name."""
    company: Company = Company.model_validate({"officer": 4, "nco": 26, "enlisted": 90})
    battalion: _Units = Number(value=5)
    """Companies in a battalion."""
    brigade: _Units = Number(value=4)
    """Battalions in a brigade."""
    command: _Units = Number(value=6)
    """Brigades in a command."""
    ties: Ties = Academy()
    """Sideways ties, the same in every replicate unless they are to be drawn anew."""

    @field_validator("branches")
    @classmethod
    def _not_too_many(cls, branches: dict[str, Branch]) -> dict[str, Branch]:
        people = sum(int(branch.strength) + int(branch.generals) for branch in branches.values())
        if people > MOST_PEOPLE:
            raise refuse(f"all branches together: {_MANY.fault(people)}")
        return branches

    @field_validator("ties")
    @classmethod
    def _ties_have_their_people(cls, ties: Any, info: ValidationInfo) -> Any:
        branches = info.data.get("branches")
        if isinstance(ties, Edges):
            refuse_all(ties.faults(None if branches is None else block_sizes(branches)))
        elif branches is not None and "company" in info.data:
            counts = {
                (name, str(rank)): count
                for name, branch in branches.items()
                for rank, count in rank_counts(info.data["company"], branch).items()
                if str(rank) in ties.ranks
            }
            faults = ties.faults(sum(counts.values()))
            if isinstance(ties, Assortative) and not faults:
                faults = ties.crowded(_groups(ties, counts), sum(counts.values()))
            refuse_all(faults)
        return ties


def _groups(ties: Assortative, counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Return the people of each group of a network, or of a class of the average size."""
    if ties.by == "class":
        return {"a class": sum(counts.values()) // int(ties.classes)}
    found: dict[str, int] = {}
    for (branch, rank), count in counts.items():
        name = branch if ties.by == "branch" else rank
        found[name] = found.get(name, 0) + count
    return found


def rank_counts(company: Company, branch: Branch) -> dict[Rank, int]:
    """Count the people of each rank in a branch."""
    full, left = divmod(int(branch.strength), company.size)
    counts = dict.fromkeys(Rank, 0)
    for rank, posts in company.posts.items():
        counts[rank] = full * posts + min(posts, left)
        left -= min(posts, left)
    return counts | {Rank.GENERAL: int(branch.generals)}


def people_of(company: Company, name: str, branch: Branch, rank: Rank) -> Iterator[str]:
    """Yield the names of the people of a rank in a branch."""
    if rank == Rank.GENERAL:
        yield from (f"{name}-general-{number + 1}" for number in range(int(branch.generals)))
        return
    first = sum(posts for other, posts in company.posts.items() if other > rank)
    strength = int(branch.strength)
    for begin in range(first, strength, company.size):
        end = min(begin + company.posts[rank], strength)
        yield from (f"{name}-{number + 1}" for number in range(begin, end))


def block_sizes(branches: Mapping[str, Branch]) -> dict[Block, int]:
    """Count the people of each block: those who are numbered together."""
    sizes = {(name, "soldier"): int(branch.strength) for name, branch in branches.items()}
    return sizes | {(name, "general"): int(branch.generals) for name, branch in branches.items()}


def people_faults(
    forces: Forces, people: People, reads: Callable[[Rank, str], bool]
) -> list[Refusal]:
    """Find columns of people that are missing, or list the wrong number of values.

    Parameters
    ----------
    reads
        As for `lacking_columns`.
    """
    faults: list[Refusal] = []
    named: dict[int, tuple[tuple[str, ...], Distribution, set[str]]] = {}
    strata = (
        (branch_name, branch, rank, count)
        for branch_name, branch in forces.branches.items()
        for rank, count in rank_counts(forces.company, branch).items()
        if count
    )
    for branch_name, branch, rank, count in strata:
        own = people.own | branch.people.own
        for name in (STATUS, *PEOPLE_COLUMNS, *sorted(own)):
            place = own.get(name, (name,))
            quantity = branch.quantity(people, name, rank)
            if not isinstance(quantity, Distribution) or quantity.values is None:
                continue
            if quantity.names is not None:
                known = named.setdefault(id(quantity), (place, quantity, set()))
                known[2].update(people_of(forces.company, branch_name, branch, rank))
            elif len(quantity.values) != count:
                where = f"(rank {rank}, branch {branch_name})"
                listed = f"has {len(quantity.values)} values for {count} people {where}"
                faults.append((place, listed))
    for place, quantity, names in named.values():
        faults += first_few([(place, message) for message in quantity.strangers(names)])
    return [*faults, *lacking_columns(forces, people, reads)]


def lacking_columns(
    forces: Forces, people: People, reads: Callable[[Rank, str], bool]
) -> Iterator[Refusal]:
    """Find columns without a default that nobody gives; branches that lack alike are one fault.

    Parameters
    ----------
    reads
        Whether people of a rank decide by a column, which they then need if it has no default.
    """
    for name in (name for name, column in PEOPLE_COLUMNS.items() if column.default is None):
        alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for branch_name, branch in forces.branches.items():
            lacking = tuple(
                str(rank)
                for rank, count in rank_counts(forces.company, branch).items()
                if count and branch.quantity(people, name, rank) is None and reads(rank, name)
            )
            alike[lacking].append(branch_name)
        for ranks, branches in alike.items():
            whose = f"rank {', '.join(ranks)} (branch {', '.join(branches)})"
            if ranks:
                yield (name,), f"{name} must be given for {whose}"


_A_COMPANY = {"strength": 1_000}
"""Branch in which each rank with posts has people, while the one that is written is not clear."""


def understood(forces: Any, people: Any, context: Any) -> tuple[Forces, People]:
    """Return what can be understood of two sections with faults.

    A branch has whole companies if its strength has a fault, and a column that has one is given.
    """
    if isinstance(forces, Forces):
        return forces, _understood_people(people, context)
    entries = forces if isinstance(forces, Mapping) else {}
    raw = entries.get("branches")
    branches = {}
    for name, branch in raw.items() if isinstance(raw, Mapping) else ():
        known = valid_entries(Branch, branch, context, _A_COMPANY)
        own = branch.get("people") if isinstance(branch, Mapping) else None
        changes = {**known, "people": _understood_people(own, context)}
        branches[str(name)] = Branch.model_validate(_A_COMPANY).model_copy(update=changes)
    needed = {"branches": {"any": _A_COMPANY}}
    company = valid_entries(Forces, {"company": entries.get("company", {})}, context, needed)
    changes = {**company, **({"branches": branches} if branches else {})}
    whole = Forces.model_validate(needed).model_copy(update=changes)
    return whole, _understood_people(people, context)


def _understood_people(data: Any, context: Any) -> People:
    """Return the valid columns of a section `people`; those with faults are zero, for now."""
    if isinstance(data, People):
        return data
    written = data if isinstance(data, Mapping) else {}
    known = valid_entries(People, written, context)
    columns = [*PEOPLE_COLUMNS]
    meant = {name for key in written for name in get_close_matches(str(key), columns, n=1)}
    zeros = dict.fromkeys(meant - known.keys(), Number(value=0))
    return People().model_copy(update={**known, **zeros})
