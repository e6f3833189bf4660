"""The numbers in a tree, each with what is said of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from defectsim.population.distribution import FORMS
from defectsim.scenario.reading.tree import Mark, Node, dotted, plain

STRUCTURAL = ("clock", "replicates", "record", "levers.*.bounds")
"""Where numbers stand that say how a run is made or what may be written, and nothing of the world."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number, a law or a list of numbers.

    Attributes
    ----------
    path
        Dotted path, as for ``--set``.
    value
        The number, or the law in words.
    range
        The lowest and the highest plausible value, or nothing.
    source
        Where it is from, or an empty text.
    mark
        Where its value is written.
    bare
        Whether it is a number alone, without a mapping that could hold a source.
    """

    path: str
    value: float | str
    range: tuple[float, ...]
    source: str
    mark: Mark
    bare: bool = False


def numbers(
    node: Node, path: Sequence[str] = (), sources: Sequence[Node] = ()
) -> Iterator[WrittenNumber]:
    """Find the numbers of a tree that stands at `path`, in their order, but for structural ones.

    The source of a number is its own, or that of the nearest section around it that has one.

    Parameters
    ----------
    sources
        Those of the sections around it, the nearest first.
    """
    if any(fnmatchcase(dotted(path), pattern) for pattern in STRUCTURAL):
        return
    if "source" in node.entries:
        sources = (node.entries["source"], *sources)
    value = node.entries["value"] if is_number(node) else node
    law = _law(node) if of_people(path) else None
    if law:
        yield WrittenNumber(
            dotted(path), _in_words(node, law), (), _source(sources, law.mark), law.mark
        )
    elif isinstance(value.value, int | float) and not isinstance(value.value, bool):
        source = _source(sources, value.mark)
        yield WrittenNumber(
            dotted(path), value.value, range_of(node), source, value.mark, bare=value is node
        )
    elif value is node:
        for key, child in _items(node):
            yield from numbers(child, (*path, key), sources)


def is_number(node: Node) -> bool:
    """Say whether a node is a number with what is known of it."""
    return "value" in node.entries and node.entries.keys() <= {"value", "range", "source"}


def of_people(path: Sequence[str]) -> bool:
    """Say whether a quantity of people stands at `path`."""
    match path:
        case ["people", *below] | ["forces", "branches", _, "people", *below]:
            return below not in ([], ["attributes"])
    return False


def _items(node: Node) -> Iterable[tuple[str, Node]]:
    if isinstance(node.value, list):
        return ((str(place), item) for place, item in enumerate(node.value))
    return node.entries.items()


def _law(node: Node) -> Node | None:
    """Return what says which law, or which file of numbers, a quantity of people follows."""
    return next((node.entries[form] for form in (*FORMS, "csv") if form in node.entries), None)


def _in_words(node: Node, law: Node) -> str:
    said = {
        key: plain(entry)
        for key, entry in node.entries.items()
        if key not in ("source", "value", "range")
    }
    form = next(key for key, entry in node.entries.items() if entry is law)
    if form == "values":
        said[form] = f"{len(law.children):,} numbers"
    return ", ".join(f"{key} {one}" for key, one in said.items())


def range_of(node: Node) -> tuple[float, ...]:
    """Return the ends of a number's range, or nothing where none is written."""
    ends = [end.value for end in node.entries["range"].children] if "range" in node.entries else []
    return tuple(end for end in ends if isinstance(end, int | float))


def _source(sources: Sequence[Node], mark: Mark) -> str:
    """Return the nearest source that is not older than what is written at `mark`: others speak of another value."""
    texts = (source.value for source in sources if source.mark.layer <= mark.layer)
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")
