"""Ranges of the shipped scenarios: what a screening reaches, and that it finds scenarios there."""

from pathlib import Path

import numpy as np
import pytest

from defectsim.core.errors import Fault
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import ScenarioNumber
from defectsim.scenario.overrides import overlay
from defectsim.scenario.reading.tree import Mark, Node
from defectsim.studies.kinds.sweep.input_ranges import InputRanges

FILES = sorted(Path("scenarios").glob("*.yaml"))
POINTS = 20
INSTITUTIONS = {"news": 9, "plots": 10, "command": 1, "prosecution": 2}
"""Settings in each section of institutions that all scenarios share."""

shipped = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def known(file: Path) -> dict[str, ScenarioNumber]:
    return InputRanges([ScenarioDocument.read(file)], []).numbers


@shipped
def test_every_distribution_and_every_setting_of_institutions_has_a_range(file: Path) -> None:
    found = known(file)
    ranged = [path for path, number in found.items() if number.uncertain]
    distributions = [path for path, number in found.items() if isinstance(number.value, str)]
    assert distributions
    assert [one for one in distributions if not any(f"{one}." in path for path in ranged)] == []
    sections = [path.partition(".")[0] for path in ranged]
    assert {name: sections.count(name) for name in INSTITUTIONS} == INSTITUTIONS


@shipped
def test_a_range_holds_its_value(file: Path) -> None:
    for number in known(file).values():
        if number.uncertain:
            low, high = number.range
            assert low <= float(number.value) <= high, number.path


@shipped
def test_any_point_in_the_ranges_is_a_scenario(file: Path) -> None:
    document, mark = ScenarioDocument.read(file), Mark("")
    faults: list[Fault] = []
    inputs = InputRanges([document], faults)
    ranges = inputs.ranges({path: Node(None, mark) for path in inputs.uncertain([])})
    shares = np.random.default_rng(0).random((POINTS, len(ranges)))
    shares[:2] = [[0.0], [1.0]]
    columns = [range_.at(column) for range_, column in zip(ranges.values(), shares.T, strict=True)]
    for values in zip(*columns, strict=True):
        tree = document.tree
        for path, value in zip(ranges, values, strict=True):
            tree = overlay(tree, path.split("."), Node(value, mark), faults)
        document.revalidate(tree, faults)
    assert [(fault.path, fault.message) for fault in faults] == []
