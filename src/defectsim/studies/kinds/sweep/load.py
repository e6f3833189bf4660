"""Sweep files as plans, or everything that is wrong with them."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl

from defectsim.analysis.inputs import Described
from defectsim.analysis.responses import SCENARIO, Response
from defectsim.core.code.shipped import PREFIX
from defectsim.core.errors import Fault, ScenarioError, UserError
from defectsim.core.files import user_path
from defectsim.core.randomness import fresh_seed
from defectsim.core.section import RUNS
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import Grade
from defectsim.scenario.overrides import overlay, split_setting
from defectsim.scenario.reading.extends import is_scenario
from defectsim.scenario.reading.source import load_tree, shown_path, validate
from defectsim.scenario.reading.tree import Mark, Node, find_node, plain
from defectsim.scenario.schema import Scenario
from defectsim.scenario.views.meaning import meaning, unit
from defectsim.store.schema import FOUND, PLANNED, own_columns
from defectsim.studies.kinds.sweep.design_points import (
    Design,
    DesignPoint,
    DesignReader,
    value_of,
    values_of,
)
from defectsim.studies.kinds.sweep.harms import differing_harms
from defectsim.studies.kinds.sweep.input_ranges import InputRanges
from defectsim.studies.kinds.sweep.pilots import unusable
from defectsim.studies.kinds.sweep.samples import ONE_RUN
from defectsim.studies.kinds.sweep.stored import LEVERS
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
    scenarios = _read_scenarios(tree, file.parent, overrides, allow_code, faults)
    if faults or section is None:
        raise ScenarioError(faults)
    design = DesignReader(section, tree, scenarios, faults).design()
    once = section.design is not None and section.design.kind in ONE_RUN
    replicates = section.first_replicates or (1 if once else int(scenarios[0].scenario.replicates))
    faults += _outcome_faults(section, tree, scenarios[0].scenario)
    if not faults:
        count = len(design.points) * len(scenarios)
        most = section.pilot.most if section.pilot else replicates
        faults += _misfits(design, count, most, _settings(tree, overrides), tree)
    if section.pilot and not faults:
        mark = tree.entries["replicates"].mark
        reasons = unusable(len(design.points), [one.scenario for one in scenarios])
        faults += [mark.fault(reason, "replicates") for reason in reasons]
    if faults:
        raise ScenarioError(faults)
    return make_plan(
        section.name,
        scenarios[0].resolved,
        _scenarios(design.points, scenarios, name),
        _stored(section, design, scenarios),
        replicates,
        fresh_seed() if section.seed is None else section.seed,
        question=section.question,
        seeds=section.seeds or "common",
        draws=[draws for draws in design.draws_of(section.seeds) for _ in scenarios],
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


def _outcome_faults(section: SweepFile, tree: Node, scenario: Scenario) -> Iterator[Fault]:
    """Yield what is wrong with the outcome of which readings will ask."""
    mark = (tree.entries.get("outcome") or tree).mark
    bisects = section.design is not None and section.design.kind == "bisect"
    if section.outcome is None:
        if bisects:
            yield mark.fault("bisect looks where an outcome switches: give outcome: {name: falls}")
        return
    own = own_columns({name: one.kind for name, one in scenario.outcomes.items()})
    runs = pl.DataFrame(schema={**PLANNED, **FOUND, **own})
    try:
        kind = Response(**section.outcome.model_dump()).checked(runs).kind(runs)
    except UserError as error:
        yield mark.fault(str(error), "outcome")
        return
    if bisects and kind != "chance":
        wanted = "give above or below: bisect looks where it passes a bound"
        yield mark.fault(f"{section.outcome.outcome} is a {kind}; {wanted}", "outcome")


def _stored(
    section: SweepFile, design: Design, scenarios: Sequence[ScenarioDocument]
) -> dict[str, Any]:
    """Return the design of the study as plain data, with range and evidence of inputs."""
    numbers, scenario = InputRanges(scenarios, []).numbers, scenarios[0].scenario
    found = {**section.stored_design, LEVERS: _levers(design, scenarios[0])}
    if found["sampling"] != "grid" and design.ranges:
        found["inputs"] = {
            path: {
                **asdict(range_),
                "grade": str(numbers[path].grade if path in numbers else Grade.UNSOURCED),
                "meaning": meaning(scenario, path),
            }
            for path, range_ in design.ranges.items()
        }
    if scenarios[1:]:
        found["scenarios"] = [one.scenario.name for one in scenarios]
        found["harmful"] = differing_harms([one.scenario for one in scenarios])
    return found


def _levers(design: Design, base: ScenarioDocument) -> dict[str, dict[str, Any]]:
    """Return what varies in words, with the scale asked for, and the value in the base scenario."""
    found = {}
    for path in design.points[0]:
        node = find_node(base.resolved.tree, path.split("."))
        found[path] = Described(
            meaning(base.scenario, path),
            unit(base.scenario, path),
            path in design.ranges and design.ranges[path].log,
            None if node is None else value_of(node),
        )._asdict()
    return found


def _read_scenarios(
    tree: Node, folder: Path, overrides: Sequence[str], allow_code: bool, faults: list[Fault]
) -> list[ScenarioDocument]:
    """Read the scenarios that a sweep names, with the overrides of all points."""
    listed = tree.entries.get("scenarios")
    named = [*(listed.children if listed else ()), *filter(None, [tree.entries.get("scenario")])]
    found: list[ScenarioDocument] = []
    for node in named:
        if not isinstance(node.value, str):
            continue
        try:
            path = node.value if node.value.startswith(PREFIX) else folder / node.value
            settings = _settings(tree, overrides)
            one = ScenarioDocument.read(path, settings, allow_code=allow_code, asked=node.mark)
        except ScenarioError as error:
            faults += error.faults
            continue
        if one.scenario.name in [other.scenario.name for other in found]:
            twice = f"another scenario is called {one.scenario.name}: rename one of them"
            faults.append(node.mark.fault(twice, "scenarios"))
        found.append(one)
    return found


def _settings(tree: Node, overrides: Sequence[str]) -> list[str | Node]:
    """Return what is laid over the scenario at all points: by the file, then by the command."""
    listed = tree.entries["set"].children if "set" in tree.entries else []
    return [*(node for node in listed if isinstance(node.value, str)), *overrides]


def _misfits(
    design: Design, count: int, replicates: int, settings: Sequence[str | Node], tree: Node
) -> Iterator[Fault]:
    """Yield what does not go together: too many runs, and overrides of what varies."""
    entries = tree.entries
    varies = next(entries[name] for name in ("points", "vary", "over") if name in entries)
    if fault := RUNS.fault(count * replicates):
        yield varies.mark.fault(f"{count:,} points of {replicates:,} runs: {fault}")
    for (path, *_), mark in map(split_setting, settings):
        if path.strip() in design.points[0]:
            yield mark.fault("this has no effect, for it varies: keep one of both", path)


def _scenarios(
    points: Sequence[DesignPoint], bases: Sequence[ScenarioDocument], file: str
) -> Iterator[tuple[Mapping[str, Value], Scenario]]:
    """Yield values and scenario of each point; at the end raise all faults, similar ones once.

    Parameters
    ----------
    bases
        Scenarios, each of which makes a point of every point of the design.
    file
        Name of the sweep file in its marks.
    """
    named = [{SCENARIO: base.scenario.name} for base in bases] if len(bases) > 1 else [{}]
    values = [{**name, **one} for one in values_of(points) for name in named]
    found: dict[tuple[object, ...], list[tuple[int, Fault]]] = {}
    for number, (point, base) in enumerate(product(points, bases)):
        faults: list[Fault] = []
        scenario = _scenario(point, base, bases, faults)
        for fault in dict.fromkeys(faults):
            found.setdefault(_likeness(fault), []).append((number, fault))
        if scenario is not None and not found:
            yield values[number], scenario
    if found:
        of_points = [_of_points(alike, values, file) for alike in reversed(found.values())]
        raise ScenarioError({(fault.path, fault.message): fault for fault in of_points}.values())


def _scenario(
    point: DesignPoint,
    base: ScenarioDocument,
    others: Sequence[ScenarioDocument],
    faults: list[Fault],
) -> Scenario | None:
    """Return the scenario of a point.

    A null where there is nothing removes nothing, and what another scenario alone has is left out.
    """
    tree = base.tree
    for path, node in point.items():
        parts = path.split(".")
        missing = find_node(tree, parts) is None
        if missing and (node.value is None or any(find_node(it.tree, parts) for it in others)):
            continue
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
