"""The section `ties`: kinds of network among people, beside the chain of command."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationInfo,
    field_validator,
)

from defectsim.core.errors import nearest
from defectsim.core.formatting import memory_size
from defectsim.core.section import (
    Fraction,
    Number,
    Refusal,
    Section,
    Size,
    refuse,
    refuse_all,
)
from defectsim.core.table import Csv, Origin, first_few
from defectsim.model.transitions import RANKS, RankName
from defectsim.population.names import Block, unknown_person

type Edge = tuple[str, str]
"""Names of two people."""

MOST_TIES = 5_000_000
"""Largest network that is drawn; while a larger one is, it does not fit a laptop's memory."""
BYTES_PER_TIE = 500
"""Memory that a tie takes while its network is drawn."""


class Directable(Section):
    """Ties that may be directed."""

    directed: bool = False
    """True if whoever is named first, or drawn, sees the other and is not seen; default: mutual."""


class Drawn(Section):
    """Ties that are drawn."""

    redraw: bool = False
    """True to draw the network anew in each replicate; default: one for all replicates."""


class Edges(Directable):
    """Ties listed one by one, each between two people by their names in tables."""

    kind: Literal["edges"]
    """Kind of network."""
    edges: list[Annotated[tuple[str, str], Field(strict=False)]]
    """Pairs of names, as in [guard-1, guard-general-3]."""
    source: str | None = None
    """Source of the ties."""
    _origin: Origin = PrivateAttr(default_factory=Origin)

    @classmethod
    def of_table(cls, edges: list[Edge], origin: Origin, source: str, directed: bool) -> Self:
        """Return the ties of a file, with the line of each."""
        found = cls(kind="edges", edges=edges, source=source, directed=directed)
        found._origin = origin
        return found

    def faults(self, sizes: Mapping[Block, int] | None) -> list[Refusal]:
        """Find ties that cannot be, and names that nobody has in blocks of `sizes`, if known."""
        found: list[tuple[int, tuple[int, ...], str]] = [
            (place, (), message) for place, message in self._impossible()
        ]
        for place, edge in enumerate(self.edges):
            for side, name in enumerate(edge):
                if sizes is not None and (message := unknown_person(name, sizes)):
                    found.append((place, (side,), message))
        return first_few([self._refusal(*fault) for fault in sorted(found)])

    def _refusal(self, place: int, side: tuple[int, ...], message: str) -> Refusal:
        if self._origin.file:
            return ("csv",), self._origin.at(place, message)
        return ("edges", place, *side), message

    def _impossible(self) -> Iterator[tuple[int, str]]:
        """Find ties to oneself and repeated ties: a place and a message for each."""
        seen: set[Edge] = set()
        for place, (one, other) in enumerate(self.edges):
            edge = (one, other) if self.directed else (min(one, other), max(one, other))
            if one == other:
                yield place, f"{one!r} is tied to themselves; take it out"
            elif edge in seen and self.directed:
                yield place, f"{one!r} is tied to {other!r} already; give each tie once"
            elif edge in seen:
                known = f"{one!r} and {other!r} are tied already"
                yield place, f"{known}; ties are mutual, so give each once"
            seen.add(edge)


class EdgesFile(Directable):
    """A CSV file of ties, with the columns `from` and `to`; it becomes `edges` when it is read."""

    kind: Literal["edges"]
    """Kind of network."""
    csv: Csv
    """The file, beside the scenario or below."""
    source: str | None = None
    """Source of the ties."""


def _read_edges(file: EdgesFile) -> Edges:
    """Return the ties of a file."""
    table = file.csv
    refuse_all((("csv",), message) for _, message in table.lacks({"from": "from", "to": "to"}))
    ones, others = table.column("from"), table.column("to")
    edges = [(one, other) for (_, one), (_, other) in zip(ones, others, strict=True)]
    origin = Origin(table.name, [line for line, _ in ones])
    return Edges.of_table(edges, origin, file.source or table.name, file.directed)


EVEN = "must be even"
"""Message for an odd number of neighbours."""


def _even(neighbours: Number) -> Number:
    if neighbours.value % 2:
        raise refuse(f"{EVEN}: as many ties to either side")
    return neighbours


_TIES_OF_ONE = Size(0, MOST_TIES, bytes_each=BYTES_PER_TIE)
EvenCount = Annotated[Number, _TIES_OF_ONE, AfterValidator(_even)]


class Academy(Drawn):
    """Ties of officers and generals: a ring lattice within each academy class.

    That generals come from the oldest classes, and sit beside each other on their ring, is an
    assumption; how much they do is stated by `general_classes` and `assortativity`.
    """

    kind: Literal["academy"] = "academy"
    """Kind of network."""
    ranks: ClassVar[list[str]] = ["officer", "general"]
    classes: Annotated[Number, Size(1, MOST_TIES)] = Number(value=30)
    """Academy classes, over which officers and generals are spread at random."""
    neighbours: EvenCount = Number(value=6)
    """Ties of each officer; an even number."""
    general_classes: Fraction = Number(value=1)
    """Share of the classes that generals come from, the oldest; at 0 it is the oldest one."""
    assortativity: Fraction = Number(value=0)
    """Assortativity by rank in a class: 0 where ranks do not matter, 1 where they sit apart."""

    @classmethod
    def _form(cls) -> str:
        """Return the form of a section of any kind, for whoever wrote another."""
        return f"a mapping with a kind, one of {', '.join(_KINDS)}, and what it needs"

    def faults(self, people: int) -> list[Refusal]:
        """Find why so many people cannot be tied; a class has no more ties than pairs."""
        return _too_many(people * min(self.neighbours.value, people) / 2, "take fewer neighbours")


def _too_many(size: float, advice: str) -> list[Refusal]:
    """Refuse a network of more than `MOST_TIES`."""
    if size <= MOST_TIES:
        return []
    memory = memory_size(size * BYTES_PER_TIE)
    return [
        (
            (),
            f"has {size:,.0f} ties, which take about {memory} of memory, and {MOST_TIES:,} is the "
            f"most: {advice}",
        )
    ]


class Network(Section):
    """Ties among all people of some ranks, whatever their branch and unit."""

    ranks: Annotated[list[RankName], Field(min_length=1)] = list(RANKS)
    """Ranks of the people in the network."""
    sized_by: ClassVar[str]
    """Key on which the size depends; the network needs more people than its value."""
    advice: ClassVar[str] = "take fewer ranks, or fewer ties"

    def _least(self) -> float:
        """Return the least number of people that can be tied."""
        return float(getattr(self, self.sized_by)) + 1

    def _size(self, people: int) -> float:
        """Return the expected number of ties."""
        return people * float(getattr(self, self.sized_by)) / 2

    def faults(self, people: int) -> list[Refusal]:
        """Find why so many people cannot be tied: places below the section, and messages."""
        if people < (least := self._least()):
            message = f"needs {least:,.0f} people; {people:,} have these ranks"
            return [((self.sized_by,), message)]
        return _too_many(self._size(people), self.advice)


class ErdosRenyi(Drawn, Directable, Network):
    """Every pair is tied with the same probability (Gilbert 1959; Erdos and Renyi 1959)."""

    kind: Literal["erdos_renyi"]
    """Kind of network."""
    mean_degree: Annotated[Number, Size(0, MOST_TIES, whole=False, bytes_each=BYTES_PER_TIE)]
    """Average ties of a person."""
    sized_by: ClassVar[str] = "mean_degree"


class Assortative(Drawn, Directable, Network):
    """Ties to people of the same group more often than to others (Newman 2003).

    A share `index` of ties stays in the group, and the others lead to anybody, so the expected
    assortativity coefficient is `index`.
    """

    kind: Literal["assortative"]
    """Kind of network."""
    by: Literal["rank", "branch", "class"]
    """Groups: ranks, branches, or academy classes, over which people are spread at random."""
    index: Fraction
    """Assortativity: 0 where groups do not matter, 1 where all ties are within them."""
    mean_degree: Annotated[Number, Size(0, MOST_TIES, whole=False, bytes_each=BYTES_PER_TIE)]
    """Average ties of a person."""
    classes: Annotated[Number, Size(1, MOST_TIES)] = Number(value=30)
    """Number of academy classes, where groups are classes."""
    sized_by: ClassVar[str] = "mean_degree"

    @field_validator("classes")
    @classmethod
    def _classes_are_groups(cls, classes: Number, info: ValidationInfo) -> Number:
        by = info.data.get("by", "class")
        if by != "class" and classes != cls.model_fields["classes"].default:
            raise refuse(f"groups are of by: {by}, so this changes nothing: take it out")
        return classes

    def within(self, share: float) -> float:
        """Return the expected ties of a person within a group that has a share of the people."""
        return self.mean_degree.value * (self.index.value + (1.0 - self.index.value) * share)

    def crowded(self, groups: Mapping[str, int], people: int) -> list[Refusal]:
        """Find groups, by their names and sizes, with fewer people than ties within them."""
        return [
            (
                ("mean_degree",),
                f"needs {self.within(size / people):,.1f} ties within {name}, which has {size:,} "
                "people: take fewer ties, or a lower index",
            )
            for name, size in groups.items()
            if size and self.within(size / people) > size - 1
        ]


class WattsStrogatz(Drawn, Network):
    """A ring lattice, with a share of ties rewired at random (Watts and Strogatz 1998)."""

    kind: Literal["watts_strogatz"]
    """Kind of network."""
    neighbours: EvenCount
    """Ties of each person before rewiring; an even number."""
    rewired: Fraction
    """Share of ties that lead to anybody instead."""
    sized_by: ClassVar[str] = "neighbours"


class BarabasiAlbert(Drawn, Network):
    """Newcomers tie themselves to people with many ties (Barabasi and Albert 1999)."""

    kind: Literal["barabasi_albert"]
    """Kind of network."""
    links: Annotated[Number, Size(1, MOST_TIES, bytes_each=BYTES_PER_TIE)]
    """Ties that each newcomer makes."""
    sized_by: ClassVar[str] = "links"

    def _size(self, people: int) -> float:
        return (people - self.links.value) * self.links.value


class Complete(Network):
    """Everybody is tied to everybody."""

    kind: Literal["complete"]
    """Kind of network."""
    sized_by: ClassVar[str] = "ranks"
    advice: ClassVar[str] = (
        "so many are well mixed; let the rule read unit.defected, or country.forces_defected"
    )

    def _least(self) -> float:
        return 2

    def _size(self, people: int) -> float:
        return people * (people - 1) / 2


_KINDS = (
    "academy",
    "erdos_renyi",
    "assortative",
    "watts_strogatz",
    "barabasi_albert",
    "complete",
    "edges",
)


def _known_kind(data: Any) -> Any:
    """Refuse an unknown kind, and listed ties that are nowhere or twice, before keys are checked."""
    kind = data.get("kind", "academy") if isinstance(data, Mapping) else "academy"
    if kind not in _KINDS:
        hint = nearest(kind, _KINDS) if isinstance(kind, str) else ""
        hint = hint or f"; use one of {', '.join(_KINDS)}"
        refuse_all([(("kind",), f"there is no network of kind {kind!r}{hint}")])
    if kind == "edges" and isinstance(data, Mapping):
        listed = data.keys() & {"edges", "csv"}
        if len(listed) == 2 or data.keys() <= {"kind", *Directable.model_fields, "source"}:
            refuse_all([((), "give edges, pairs of names, or csv, a file of them: one of both")])
    return data


def _tag(data: Any) -> str:
    """Return the tag of a network; no file has it as a key, so places of faults leave it out."""
    if not isinstance(data, Mapping):
        return f"kind {getattr(data, 'kind', 'academy')}"
    kind = data.get("kind", "academy")
    return "kind edges, in a file" if kind == "edges" and "csv" in data else f"kind {kind}"


Ties = Annotated[
    Annotated[Academy, Tag("kind academy")]
    | Annotated[ErdosRenyi, Tag("kind erdos_renyi")]
    | Annotated[Assortative, Tag("kind assortative")]
    | Annotated[WattsStrogatz, Tag("kind watts_strogatz")]
    | Annotated[BarabasiAlbert, Tag("kind barabasi_albert")]
    | Annotated[Complete, Tag("kind complete")]
    | Annotated[Edges, Tag("kind edges")]
    | Annotated[EdgesFile, AfterValidator(_read_edges), Tag("kind edges, in a file")],
    Discriminator(_tag),
    BeforeValidator(_known_kind),
]
