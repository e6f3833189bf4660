"""The section `forces`: branches, their units and people, and ties across them."""

from collections.abc import Callable, Mapping
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
    Count,
    Fraction,
    Identifier,
    Number,
    PositiveCount,
    Refusal,
    Section,
    refuse,
    refuse_all,
)
from defectsim.model.person import PEOPLE_COLUMNS
from defectsim.model.transitions import Rank
from defectsim.population.distribution import Distribution
from defectsim.population.names import Block
from defectsim.population.people import People, Quantity
from defectsim.population.ties import Academy, Edges, Network, Ties

COMPANY_RANKS = tuple(rank for rank in reversed(Rank) if rank < Rank.GENERAL)
"""Ranks with posts in a company, in the order in which these are filled."""


class _Establishment(BuiltSection):
    """Part of `Company` that does not depend on the ranks."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.posts:
            raise refuse("a company must have somebody in it")
        return self

    @property
    def posts(self) -> tuple[Rank, ...]:
        """Ranks of the posts, in the order in which they are filled."""
        return tuple(rank for rank in COMPANY_RANKS for _ in range(int(getattr(self, str(rank)))))


_POSTS: Any = {
    str(rank): (Count, Field(Number(value=0), description=f"Posts of {rank.people}."))
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

    strength: Annotated[PositiveCount, Field(description="people below the rank of general")]
    generals: Count = Number(value=0)
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
    battalion: PositiveCount = Number(value=5)
    """Companies in a battalion."""
    brigade: PositiveCount = Number(value=4)
    """Battalions in a brigade."""
    command: PositiveCount = Number(value=6)
    """Brigades in a command."""
    ties: Ties = Academy()
    """Sideways ties, the same in every replicate."""

    @field_validator("ties")
    @classmethod
    def _ties_have_their_people(cls, ties: Any, info: ValidationInfo) -> Any:
        if "branches" not in info.data or "company" not in info.data:
            return ties
        branches = info.data["branches"]
        if isinstance(ties, Edges):
            refuse_all(ties.unknown_people(block_sizes(branches)))
        elif isinstance(ties, Network):
            counts = [rank_counts(info.data["company"], branch) for branch in branches.values()]
            ranks = [rank for rank in Rank if str(rank) in ties.ranks]
            refuse_all(ties.faults(sum(count[rank] for count in counts for rank in ranks)))
        return ties


def rank_counts(company: Company, branch: Branch) -> dict[Rank, int]:
    """Count the people of each rank in a branch."""
    posts = company.posts
    full, part = divmod(int(branch.strength), len(posts))
    counts = {rank: full * posts.count(rank) + posts[:part].count(rank) for rank in Rank}
    return counts | {Rank.GENERAL: int(branch.generals)}


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
        Whether people of a rank decide by a column, which they then need if it has no default.
    """
    faults: list[Refusal] = []
    for branch_name, branch in forces.branches.items():
        own = {*people.attributes, *branch.people.attributes}
        for rank, count in rank_counts(forces.company, branch).items():
            for name in (*PEOPLE_COLUMNS, *sorted(own)) if count else ():
                place = ("attributes", name) if name in own else (name,)
                quantity = branch.quantity(people, name, rank)
                listed = quantity.values if isinstance(quantity, Distribution) else None
                optional = name in own or PEOPLE_COLUMNS[name].default is not None
                if quantity is None and not optional and reads(rank, name):
                    faults.append((place, f"must be given for rank {rank} (branch {branch_name})"))
                elif listed is not None and len(listed) != count:
                    where = f"(rank {rank}, branch {branch_name})"
                    faults.append((place, f"has {len(listed)} values for {count} people {where}"))
    return faults
