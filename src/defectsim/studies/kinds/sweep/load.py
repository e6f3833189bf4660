"""Sweep files as plans, or everything that is wrong with them."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from defectsim.core.code.shipped import PREFIX
from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.files import user_path
from defectsim.core.randomness import fresh_seed
from defectsim.core.section import RUNS
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import overlay, split_setting
from defectsim.scenario.reading.extends import is_scenario
from defectsim.scenario.reading.source import load_tree, shown_path, validate
from defectsim.scenario.reading.tree import Mark, Node, find_node, plain
from defectsim.scenario.schema import Scenario
from defectsim.studies.kinds.sweep.design_points import DesignPoint, DesignReader, values_of
from defectsim.studies.kinds.sweep.sweep_file import SweepFile
from defectsim.studies.plan import Plan, Value, make_plan


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
    file = user_path(path)
    name = shown_path(file)
    tree = _sweep_tree(file, name, faults)
    section = validate(SweepFile, tree, plain(tree), None, faults)
    base = _base(tree, file.parent, overrides, allow_code, faults)
    if faults or section is None or base is None:
        raise ScenarioError(faults)
    points = DesignReader(section, tree, base, faults).points()
    replicates = section.replicates or int(base.scenario.replicates)
    if not faults:
        faults += _misfits(points, replicates, _settings(tree, overrides), tree)
    if faults:
        raise ScenarioError(faults)
    return make_plan(
        section.name,
        base.resolved,
        _scenarios(points, base, name),
        section.stored_design,
        replicates,
        fresh_seed() if section.seed is None else section.seed,
        question=section.question,
        seeds=section.seeds,
    )


def _sweep_tree(file: Path, name: str, faults: list[Fault]) -> Node:
    """Read a sweep file; raise what is wrong if it is none."""
    tree = load_tree(file, name, Mark(name), faults, layer=-1)
    if tree is not None and is_scenario(tree):
        command = f"defectsim run {shlex.quote(name)}"
        fault = tree.mark.fault(f"this is a scenario, not a sweep of one: {command}")
        raise ScenarioError([fault])
    if tree is None:
        raise ScenarioError(faults)
    return tree


def _base(
    tree: Node, folder: Path, overrides: Sequence[str], allow_code: bool, faults: list[Fault]
) -> ScenarioDocument | None:
    """Read the scenario that a sweep names, with the overrides of all points."""
    named = tree.entries.get("scenario")
    if named is None or not isinstance(named.value, str):
        return None
    try:
        return ScenarioDocument.read(
            named.value if named.value.startswith(PREFIX) else folder / named.value,
            _settings(tree, overrides),
            allow_code=allow_code,
            asked=named.mark,
        )
    except ScenarioError as error:
        faults += error.faults
    return None


def _settings(tree: Node, overrides: Sequence[str]) -> list[str | Node]:
    """Return what is laid over the scenario at all points: by the file, then by the command."""
    listed = tree.entries["set"].children if "set" in tree.entries else []
    return [*(node for node in listed if isinstance(node.value, str)), *overrides]


def _misfits(
    points: Sequence[DesignPoint], replicates: int, settings: Sequence[str | Node], tree: Node
) -> Iterator[Fault]:
    """Yield what does not go together: too many runs, and overrides of what varies."""
    varies = tree.entries.get("points") or tree.entries["vary"]
    if fault := RUNS.fault(len(points) * replicates):
        yield varies.mark.fault(f"{len(points):,} points of {replicates:,} runs: {fault}")
    for (path, *_), mark in map(split_setting, settings):
        if path.strip() in points[0]:
            yield mark.fault("this has no effect, for it varies: keep one of both", path)


def _scenarios(
    points: Sequence[DesignPoint], base: ScenarioDocument, file: str
) -> Iterator[tuple[Mapping[str, Value], Scenario]]:
    """Yield values and scenario of each point; at the end raise all faults, similar ones once.

    Parameters
    ----------
    file
        Name of the sweep file in its marks.
    """
    values = values_of(points)
    found: dict[tuple[object, ...], list[tuple[int, Fault]]] = {}
    for number, point in enumerate(points):
        faults: list[Fault] = []
        scenario = _scenario(point, base, faults)
        for fault in dict.fromkeys(faults):
            found.setdefault(_likeness(fault), []).append((number, fault))
        if scenario is not None and not found:
            yield values[number], scenario
    if found:
        of_points = [_of_points(alike, values, file) for alike in reversed(found.values())]
        raise ScenarioError({(fault.path, fault.message): fault for fault in of_points}.values())


def _scenario(point: DesignPoint, base: ScenarioDocument, faults: list[Fault]) -> Scenario | None:
    """Return the scenario of a point; a null where there is nothing removes nothing."""
    tree = base.tree
    for path, node in point.items():
        parts = path.split(".")
        if node.value is not None or find_node(tree, parts) is not None:
            tree = overlay(tree, parts, node, faults)
    return base.revalidate(tree, faults)


_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


def _likeness(fault: Fault) -> tuple[object, ...]:
    """Return all of a fault but the numbers in its message."""
    return fault.file, fault.line, fault.column, fault.path, _NUMBER.sub("", fault.message)


def _of_points(
    alike: Sequence[tuple[int, Fault]], values: Sequence[Mapping[str, Value]], file: str
) -> Fault:
    """Return the first of similar faults, with the points that have one if it is not in `file`."""
    first, fault = alike[0]
    if fault.file == file:
        if all(other == fault for _, other in alike):
            return fault
        return replace(fault, message=f"{fault.message} (and others of its values)")
    point = ", ".join(f"{path}={value}" for path, value in values[first].items())
    where = f"in {len(alike):,} of {len(values):,} points, first in point {first}: {point}"
    return replace(fault, message=f"{fault.message} ({where})")
