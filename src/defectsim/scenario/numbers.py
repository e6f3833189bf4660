"""The numbers of a scenario, each with its range, source and grade of evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeGuard

from defectsim.population.distribution import FORMS
from defectsim.scenario.reading.tree import Mark, Node, dotted, plain

STRUCTURAL = ("clock", "replicates", "record", "levers.*.bounds")
"""Places of numbers that describe how a run is made, not the world."""
_NUMBER = {"value", "range", "source"}
_UNTOLD = {*_NUMBER, "names", "dates"}
"""Keys of a distribution or a series that its words leave out."""


class Grade(StrEnum):
    """Kind of evidence for a number.

    Reported by a named document or observation, estimated from what is reported or by a search for
    what fits, assumed because nobody measured it, or unsourced.
    """

    REPORTED = "reported"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    UNSOURCED = "unsourced"


FIRST_WORDS: Mapping[Grade, tuple[str, ...]] = {
    Grade.ASSUMED: ("assumption",),
    Grade.ESTIMATED: ("estimate", "found by", "calibrated"),
}
"""First words of sources, in any case; a source that begins otherwise names a report."""


@dataclass(frozen=True, slots=True)
class ScenarioNumber:
    """A number, a distribution or a list of numbers.

    Attributes
    ----------
    value
        The number, or the distribution in words.
    range, source
        As the scenario has them, or empty.
    mark
        Place of its value.
    bare
        Whether it is a number alone, without a mapping that could hold a source.
    default
        Whether no file of the scenario has it.
    """

    path: str
    value: float | str
    range: tuple[float, ...]
    source: str
    mark: Mark
    bare: bool = False
    default: bool = False

    @property
    def uncertain(self) -> bool:
        """True if its range has more than one value."""
        return len(self.range) == 2 and self.range[0] < self.range[1]

    @property
    def grade(self) -> Grade:
        """Kind of evidence, by the first words of the source; a default is assumed."""
        text = self.source.strip().lower()
        if self.default:
            return Grade.ASSUMED
        if not text:
            return Grade.UNSOURCED
        graded = (grade for grade, words in FIRST_WORDS.items() if text.startswith(words))
        return next(graded, Grade.REPORTED)


def numbers(
    node: Node, path: Sequence[str] = (), sources: Sequence[Node] = ()
) -> Iterator[ScenarioNumber]:
    """Yield the numbers of a tree at `path`, in their order, except structural ones.

    A number without a source has that of the nearest section around it: `sources` are those of the
    sections around the tree, the nearest first.
    """
    here = dotted(path)
    if any(fnmatchcase(here, pattern) for pattern in STRUCTURAL):
        return
    if "source" in node.entries:
        sources = (node.entries["source"], *sources)
    listed = of_people(path) or of_series(path)
    forms = [form for form in (*FORMS, "csv") if listed and form in node.entries]
    value = node.entries["value"] if is_number(node) else node
    if forms:
        form, mark = forms[0], node.entries[forms[0]].mark
        source = _source(sources, mark)
        yield ScenarioNumber(here, _in_words(node, form), (), source, mark)
        for below, shape, ends in _uncertain_parameters(node, form):
            yield ScenarioNumber(dotted((*path, *below)), shape, ends, source, mark)
    elif isinstance(value.value, int | float) and not isinstance(value.value, bool):
        source, bare = _source(sources, value.mark), value is node
        yield ScenarioNumber(here, value.value, range_of(node), source, value.mark, bare)
    elif value is node:
        keys = node.entries or map(str, range(len(node.children)))
        for key, child in zip(keys, node.children, strict=True):
            yield from numbers(child, (*path, key), sources)


def _uncertain_parameters(
    node: Node, form: str
) -> Iterator[tuple[tuple[str, ...], float, tuple[float, ...]]]:
    """Yield path, value and range of each parameter of a distribution that has a range."""
    below = "parameters" if "parameters" in node.entries else form
    shapes = node.entries[below]
    keys = [*shapes.entries] or [*map(str, range(len(shapes.children)))]
    places: list[tuple[str, ...]] = [(below, key) for key in keys] or [(below,)]
    ranges = node.entries["range"].children if "range" in node.entries else []
    for place, shape, ends in zip(places, shapes.children or [shapes], ranges, strict=False):
        pair = tuple(float(end.value) for end in ends.children if _is_float(end.value))
        if len(pair) == 2 and _is_float(shape.value):
            yield place, shape.value, pair


def _is_float(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_number(node: Node) -> bool:
    """Return whether a node is a number with a range or source."""
    return "value" in node.entries and node.entries.keys() <= _NUMBER


def range_of(node: Node) -> tuple[float, ...]:
    """Return the ends of a number's range, if it has one."""
    ends = [end.value for end in node.entries["range"].children] if "range" in node.entries else []
    return tuple(end for end in ends if isinstance(end, int | float))


def of_people(path: Sequence[str]) -> bool:
    """Return whether a quantity of people is at `path`."""
    match path:
        case ["people", *below] | ["forces", "branches", _, "people", *below]:
            return below not in ([], ["attributes"], ["state"]) and below[:-1] != ["state"]
    return False


def of_series(path: Sequence[str]) -> bool:
    """Return whether a series is at `path`."""
    match path:
        case ["conditions", _, "series"] | ["policies", _, "value", "series"]:
            return True
    return False


def _in_words(node: Node, form: str) -> str:
    parts = {key: plain(node.entries[key]) for key in node.entries if key not in _UNTOLD}
    if form == "values":
        parts[form] = f"{_count(node.entries[form]):,} numbers"
    return ", ".join(f"{key} {part}" for key, part in parts.items())


def _count(node: Node) -> int:
    return sum(map(_count, node.children)) if node.children else 1


def _source(sources: Sequence[Node], mark: Mark) -> str:
    """Return the nearest source that is not older than a value."""
    texts = (source.value for source in sources if source.mark.layer <= mark.layer)
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")
