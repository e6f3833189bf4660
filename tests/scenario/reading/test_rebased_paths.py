from pathlib import Path

import pytest

from defectsim.core.errors import Fault
from defectsim.scenario.reading.extends import rebased_paths
from defectsim.scenario.reading.source import parse
from defectsim.scenario.reading.tree import Mark, Plain, plain


def moved(text: str) -> Plain:
    faults: list[Fault] = []
    tree = parse(text, lambda *_: Mark("x"), faults)
    assert tree is not None
    return plain(rebased_paths(tree, Path("base/sub"), Path("base")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{behaviour: {soldier: r.py:f}}", {"behaviour": {"soldier": "sub/r.py:f"}}),
        (
            "{behaviour: {soldier: {rule: ../r.py:f}}}",
            {"behaviour": {"soldier": {"rule": "r.py:f"}}},
        ),
        (
            "{observers: {a: r.py:f}, acts: {b: {act: r.py:g}}}",
            {"observers": {"a": "sub/r.py:f"}, "acts": {"b": {"act": "sub/r.py:g"}}},
        ),
        (
            "{people: {pay: {csv: p.csv, column: pay}}}",
            {"people": {"pay": {"csv": "sub/p.csv", "column": "pay"}}},
        ),
        (
            "{behaviour: {soldier: package.module:f}}",
            {"behaviour": {"soldier": "package.module:f"}},
        ),
        ("{question: see r.py:f}", {"question": "see r.py:f"}),
        ("{policies: {a: {source: r.py:f}}}", {"policies": {"a": {"source": "r.py:f"}}}),
    ],
)
def test_files_are_named_as_seen_from_the_scenario_that_was_asked_for(
    text: str, expected: Plain
) -> None:
    assert moved(text) == expected
