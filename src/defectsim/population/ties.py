"""What a scenario says of who is tied to whom sideways: the kinds of network."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator

from defectsim.core.errors import nearest
from defectsim.core.section import (
    Bounds,
    Count,
    Fraction,
    Number,
    PositiveCount,
    Section,
    refuse,
    refuse_all,
)
from defectsim.core.table import Csv, first_few
from defectsim.model.transitions import RANKS, RankName
from defectsim.population.names import Block, unknown_person

type Pair = tuple[str, str]


class Edges(Section):
    """Ties listed one by one, each between two people by the names that tables call them; mutual, so given once."""

    kind: Literal["edges"]
    """Which network it is."""
    edges: list[Annotated[tuple[str, str], Field(strict=False)]]
    """Pairs of names, as in [guard-1, guard-general-3]."""
    source: str | None = None
    """Where the ties come from."""

    @field_validator("edges")
    @classmethod
    def _between_two_and_once(cls, edges: list[Pair]) -> list[Pair]:
        refuse_all(first_few([((place,), message) for place, message in _not_ties(edges)]))
        return edges

    def strangers(self, sizes: Mapping[Block, int]) -> list[tuple[tuple[str | int, ...], str]]:
        """Find names that nobody has in branches of `sizes`: places below the section, and messages."""
        return first_few(
            [
                (("edges", place, side), message)
                for place, edge in enumerate(self.edges)
                for side, name in enumerate(edge)
                if (message := unknown_person(name, sizes))
            ]
        )


class EdgesFile(Section):
    """A CSV file of ties, with the columns `from` and `to`; it becomes `edges` when it is read."""

    kind: Literal["edges"]
    """Which network it is."""
    csv: Csv
    """The file, beside the scenario or below."""
    source: str | None = None
    """Where the ties come from."""


def edges_of(file: EdgesFile) -> Edges:
    """Return the ties of a file, or refuse what is no tie with its line."""
    table = file.csv
    ones, others = table.column("from", "csv"), table.column("to", "csv")
    edges = [(one, other) for (_, one), (_, other) in zip(ones, others, strict=True)]
    table.refuse_lines("csv", [(ones[place][0], message) for place, message in _not_ties(edges)])
    return Edges(kind="edges", edges=edges, source=file.source or table.name)


def _not_ties(edges: Sequence[Pair]) -> list[tuple[int, str]]:
    """Find what ties nobody to anybody new: a place and a message for each."""
    seen: set[Pair] = set()
    found = []
    for place, (one, other) in enumerate(edges):
        pair = (min(one, other), max(one, other))
        if one == other:
            found.append((place, f"{one!r} is tied to themselves; take it out"))
        elif pair in seen:
            found.append(
                (
                    place,
                    f"{one!r} and {other!r} are tied already; ties are mutual, so give each once",
                )
            )
        seen.add(pair)
    return found


MOST_TIES = 5_000_000
"""The largest network that is drawn; a larger one does not fit a laptop's memory while it is."""


def _even(neighbours: Number) -> Number:
    if neighbours.value % 2:
        raise refuse("must be even: as many ties to either side")
    return neighbours


EvenCount = Annotated[Count, AfterValidator(_even)]


class Academy(Section):
    """Ties of officers and generals: a ring lattice within each academy class."""

    kind: Literal["academy"] = "academy"
    """Which network it is."""
    classes: PositiveCount = Number(value=30)
    """Academy classes, over which officers and generals are spread at random."""
    neighbours: Annotated[EvenCount, Field(description="ties of each officer; an even number")] = (
        Number(value=6)
    )


class Network(Section):
    """Ties among all people of some ranks, whatever their branch and unit."""

    ranks: Annotated[list[RankName], Field(min_length=1, description="who is in the network")] = (
        list(RANKS)
    )
    advice: ClassVar[str] = "take fewer ranks, or fewer ties"

    @property
    def least(self) -> tuple[str, float]:
        """The key that says how many people are needed, and how many."""
        raise NotImplementedError

    def size(self, people: int) -> float:
        """Return how many ties so many people have, on average."""
        raise NotImplementedError

    def faults(self, people: int) -> list[tuple[tuple[str, ...], str]]:
        """Say why so many people cannot be tied so: a place below the section and a message for each reason."""
        key, needed = self.least
        if people < needed:
            return [((key,), f"needs {needed:,.0f} people; {people:,} have these ranks")]
        if self.size(people) > MOST_TIES:
            return [
                (
                    (),
                    f"has {self.size(people):,.0f} ties, and {MOST_TIES:,} is the most: {self.advice}",
                )
            ]
        return []


class ErdosRenyi(Network):
    """Every pair is tied with the same probability (Gilbert 1959; Erdos and Renyi 1959)."""

    kind: Literal["erdos_renyi"]
    """Which network it is."""
    mean_degree: Annotated[
        Number, Bounds(low=0), Field(description="ties that a person has on average")
    ]

    @property
    def least(self) -> tuple[str, float]:
        """Nobody is tied to more people than there are besides."""
        return "mean_degree", self.mean_degree.value + 1

    def size(self, people: int) -> float:
        """Return how many ties so many people have, on average."""
        return people * self.mean_degree.value / 2


class WattsStrogatz(Network):
    """A ring on which everybody is tied to the nearest, and a share of ties is rewired (Watts and Strogatz 1998)."""

    kind: Literal["watts_strogatz"]
    """Which network it is."""
    neighbours: Annotated[
        EvenCount, Field(description="ties of each person before rewiring; an even number")
    ]
    rewired: Annotated[Fraction, Field(description="share of ties that lead to anybody instead")]

    @property
    def least(self) -> tuple[str, float]:
        """Nobody is tied to more people than there are besides."""
        return "neighbours", self.neighbours.value + 1

    def size(self, people: int) -> float:
        """Return how many ties so many people have."""
        return people * self.neighbours.value / 2


class BarabasiAlbert(Network):
    """People come one by one and tie themselves to those with many ties (Barabasi and Albert 1999)."""

    kind: Literal["barabasi_albert"]
    """Which network it is."""
    links: Annotated[PositiveCount, Field(description="ties that each newcomer makes")]

    @property
    def least(self) -> tuple[str, float]:
        """The first people are those to whom the next one ties themselves."""
        return "links", self.links.value + 1

    def size(self, people: int) -> float:
        """Return how many ties so many people have."""
        return (people - self.links.value) * self.links.value


class Complete(Network):
    """Everybody is tied to everybody."""

    kind: Literal["complete"]
    """Which network it is."""
    advice: ClassVar[str] = (
        "so many are well mixed; let the rule read unit.defected, or country.forces_defected"
    )

    @property
    def least(self) -> tuple[str, float]:
        """A tie takes two."""
        return "ranks", 2

    def size(self, people: int) -> float:
        """Return how many ties so many people have."""
        return people * (people - 1) / 2


KINDS = ("academy", "erdos_renyi", "watts_strogatz", "barabasi_albert", "complete", "edges")


def _known(data: Any) -> Any:
    """Refuse a kind that there is not, before its keys are looked at."""
    kind = data.get("kind", "academy") if isinstance(data, Mapping) else "academy"
    if kind not in KINDS:
        hint = nearest(kind, KINDS) if isinstance(kind, str) else ""
        refuse_all(
            [
                (
                    ("kind",),
                    f"there is no network of kind {kind!r}{hint or '; use one of ' + ', '.join(KINDS)}",
                )
            ]
        )
    return data


def _kind(data: Any) -> str:
    """Return the tag of a network, which is no key of any, for the loader to tell it from one."""
    if not isinstance(data, Mapping):
        return f"kind {getattr(data, 'kind', 'academy')}"
    kind = data.get("kind", "academy")
    return "kind edges, in a file" if kind == "edges" and "edges" not in data else f"kind {kind}"


Ties = Annotated[
    Annotated[Academy, Tag("kind academy")]
    | Annotated[ErdosRenyi, Tag("kind erdos_renyi")]
    | Annotated[WattsStrogatz, Tag("kind watts_strogatz")]
    | Annotated[BarabasiAlbert, Tag("kind barabasi_albert")]
    | Annotated[Complete, Tag("kind complete")]
    | Annotated[Edges, Tag("kind edges")]
    | Annotated[EdgesFile, AfterValidator(edges_of), Tag("kind edges, in a file")],
    Discriminator(_kind),
    BeforeValidator(_known),
]
