"""Ties listed one by one, in the scenario or in a CSV file."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator

from defectsim.core.section import Section, refuse_all
from defectsim.core.table import Csv, first_of
from defectsim.population.names import Block, stranger

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
        refuse_all(first_of([((place,), message) for place, message in _not_ties(edges)]))
        return edges

    def strangers(self, sizes: Mapping[Block, int]) -> list[tuple[tuple[str | int, ...], str]]:
        """Find names that nobody has in branches of `sizes`: places below the section, and messages."""
        return first_of(
            [
                (("edges", place, side), message)
                for place, edge in enumerate(self.edges)
                for side, name in enumerate(edge)
                if (message := stranger(name, sizes))
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
            found.append((place, f"{one!r} and {other!r} are tied already; ties are mutual, so give each once"))
        seen.add(pair)
    return found
