"""Sweep files as plans, or everything that is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.randomness import fresh_seed
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import overlay
from defectsim.scenario.reading.source import load_tree, shown_path, validate
from defectsim.scenario.reading.tree import Mark, Node, find_node, plain
from defectsim.scenario.schema import Scenario
from defectsim.studies.kinds.sweep.design_points import DesignPoint, DesignReader, values_of
from defectsim.studies.kinds.sweep.sweep_file import SweepFile
from defectsim.studies.plan import NamedCode, Plan, Point, Value

KEPT = 1_000
"""Number of points whose validated scenarios a plan keeps; others are made when needed."""


def load_sweep(
    path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False
) -> Plan:
    """Load a sweep, and check the scenario of each of its points, without running any.

    Parameters
    ----------
    path
        YAML file that names a scenario and what varies.
    overrides
        Overrides of the scenario at all points, after those of the file, each as
        ``policies.off_ramp.value=0.6``.
    allow_code
        Whether a scenario outside of the working folder may name code of its own.

    Raises
    ------
    ScenarioError
        With all that is wrong, each fault with file, line and column.
    """
    faults: list[Fault] = []
    file, name = Path(path), shown_path(Path(path))
    tree = load_tree(file, name, Mark(name), faults, layer=-1)
    if tree is None:
        raise ScenarioError(faults)
    section = validate(SweepFile, tree, plain(tree), None, faults)
    base = _base(tree, file.parent, overrides, allow_code, faults)
    if faults or section is None or base is None:
        raise ScenarioError(faults)
    design_points, code = DesignReader(section, tree, base, faults).points(), NamedCode()
    points = [] if faults else _checked(design_points, base, name, code, faults)
    if faults:
        raise ScenarioError(faults)
    return Plan(
        section.name,
        section.question,
        base.resolved,
        section.stored_design,
        tuple(points),
        section.replicates or int(base.scenario.replicates),
        section.seeds,
        fresh_seed() if section.seed is None else section.seed,
        code.files,
        code.fingerprints,
    )


def _base(
    tree: Node, folder: Path, overrides: Sequence[str], allow_code: bool, faults: list[Fault]
) -> ScenarioDocument | None:
    """Read the scenario that a sweep names, with the overrides of all points."""
    named = tree.entries.get("scenario")
    listed = tree.entries["set"].children if "set" in tree.entries else []
    if named is None or not isinstance(named.value, str):
        return None
    laid: list[str | Node] = [*(node for node in listed if isinstance(node.value, str)), *overrides]
    try:
        return ScenarioDocument.read(
            folder / named.value, laid, allow_code=allow_code, asked=named.mark
        )
    except ScenarioError as error:
        faults += error.faults
    return None


@dataclass
class _PointFault:
    """A fault, the first point that has it, and the number of points that have one like it."""

    fault: Fault
    point: int
    count: int = 0
    alike: bool = True

    def of_points(self, values: Sequence[Mapping[str, Value]], file: str) -> Fault:
        """Return the fault with the points that have it, unless its place in `file` tells them."""
        message = self.fault.message
        if self.fault.file == file:
            others = "" if self.alike else " (and others of its values)"
            return replace(self.fault, message=f"{message}{others}")
        point = ", ".join(f"{path}={value}" for path, value in values[self.point].items())
        where = f"in {self.count:,} of {len(values):,} points, first in point {self.point}: {point}"
        return replace(self.fault, message=f"{message} ({where})")


def _checked(
    design_points: Sequence[DesignPoint],
    base: ScenarioDocument,
    file: str,
    code: NamedCode,
    faults: list[Fault],
) -> list[Point]:
    """Validate the scenario of each point; append to `faults`, like faults once.

    Parameters
    ----------
    file
        Name of the sweep file in its marks.
    code
        Collects the code that the scenarios name.
    """
    found: dict[tuple[object, ...], _PointFault] = {}
    values, points = values_of(design_points), []
    for number, design_point in enumerate(design_points):
        wrong: list[Fault] = []
        scenario = _scenario(design_point, base, wrong)
        for fault in dict.fromkeys(wrong):
            known = found.setdefault(_likeness(fault), _PointFault(fault, number))
            known.count, known.alike = known.count + 1, known.alike and known.fault == fault
        if scenario is not None and not found:
            keep = number < KEPT
            points.append(Point.of(values[number], scenario, base.scenario, keep=keep))
            code.add(scenario)
    of_points = [one.of_points(values, file) for one in found.values()]
    faults += {(fault.path, fault.message): fault for fault in reversed(of_points)}.values()
    return points


def _scenario(
    design_point: DesignPoint, base: ScenarioDocument, faults: list[Fault]
) -> Scenario | None:
    """Return the scenario of a point; a null where there is nothing removes nothing."""
    tree = base.tree
    for path, node in design_point.items():
        if node.value is not None or find_node(tree, path.parts) is not None:
            tree = overlay(tree, path.parts, node, faults)
    return base.revalidate(tree, faults)


_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


def _likeness(fault: Fault) -> tuple[object, ...]:
    """Return all of a fault but the numbers in its message."""
    return fault.file, fault.line, fault.column, fault.path, _NUMBER.sub("", fault.message)
