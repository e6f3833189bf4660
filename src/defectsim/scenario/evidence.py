"""What the numbers of a scenario rest on: those that its files say, and those that it leaves to defaults."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from defectsim.core.errors import Fault
from defectsim.scenario.grades import Grade, grade
from defectsim.scenario.numbers import Written, numbers
from defectsim.scenario.schema import Scenario
from defectsim.scenario.tree import Mark, Node, node_of

FOLDER = "scenarios"
"""Name of the folders in which, and below which, every number of a scenario says where it is from."""
_DEFAULTS = {"behaviour": "default of the rule", "acts": "default of the act", "conditions": "default of the lever"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A number of a run, and what it rests on.

    Attributes
    ----------
    number
        The number, as it is written, or as a run has it where nothing is written.
    grade
        How it is known; a default is assumed.
    default
        Whether no file of the scenario says it.
    """

    number: Written
    grade: Grade
    default: bool = False


def register(tree: Node, scenario: Scenario) -> list[Entry]:
    """Return every number of a scenario but for structural ones: first those of its tree, then the defaults."""
    written = [Entry(number, grade(number.source)) for number in numbers(tree)]
    known = {entry.number.path for entry in written} | {f"conditions.{name}" for name in scenario.levers}
    filled = numbers(node_of(scenario.dump(), Mark("")))
    defaults = [_default(number) for number in filled if number.path not in known]
    return [*written, *defaults]


def unsourced(tree: Node) -> Iterator[Fault]:
    """Find the numbers of a tree that do not say where they are from."""
    for number in numbers(tree):
        if grade(number.source) == Grade.UNSOURCED:
            add = f'{{value: {number.value}, source: "..."}}' if number.bare else 'a source: "..." beside it'
            message = f'nothing says where this number is from; write {add}, or "assumption: ..." if nobody measured it'
            yield number.mark.fault(message, number.path)


def needs_sources(path: Path) -> bool:
    """Say whether a file stands in a folder called `scenarios`, or anywhere below one."""
    return FOLDER in Path(os.path.realpath(path.parent)).parts


def _default(number: Written) -> Entry:
    source = _DEFAULTS.get(number.path.partition(".")[0], "default")
    return Entry(Written(number.path, number.value, number.range, source, number.mark), Grade.ASSUMED, default=True)
