"""Trials: mutants are loaded, and those that are accepted are run in tiny armies."""

import datetime as dt
import importlib
import random
import re
import shutil
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from pydantic import ValidationError
from tools.fuzz.mutations import mangled, mutated

from defectsim import DefectionModel, Scenario, ScenarioError, UserError, load, load_sweep
from defectsim.core.errors import Fault
from defectsim.core.files import is_file
from defectsim.scenario.overrides import in_flow
from defectsim.scenario.reading import extends
from defectsim.scenario.reading.source import load_tree
from defectsim.scenario.reading.tree import Mark, Node, plain

MUTANT = "mutant.yaml"
WHOLE = "tunisia-2011.yaml"
"""Scenario by which files that are only parts of one are made whole."""
TRACEBACK, PLACELESS, TOO_SLOW, LOST = "traceback", "no place", "too slow", "people lost"
"""Kinds of faults."""
_MANY = re.compile(r"kind: (?!bisect)[\w-]+, points: \d+")
_FEW = "kind: sobol, points: 16"
"""Design of mutants of sweeps that ship with another, each point of which takes its time."""
SLOW = 2.0
"""Seconds of processor time within which every mutant must be accepted or refused."""
PER_POINT = 0.1
"""Seconds more for each further point of a sweep, whose scenario is checked as well."""
_SLOW_TO_IMPORT = ("scipy.stats", "scipy.special", "networkx", "mesa", "polars")
"""Libraries whose import is no mutant's fault."""
_TIMES = 4
"""Most times that policies and acts which do not fit a tiny army are taken out."""
PEOPLE, GENERALS, STEPS = 24, 2, 6
"""Most people and generals of a branch, and most steps, of an army that is run."""


@dataclass
class Findings:
    """Findings of trials, by kind; each fault of ours with the mutant's number."""

    cases: int = 0
    accepted: int = 0
    runs: int = 0
    faults: list[str] = field(default_factory=list)
    """Everything that must not be, as found; `kinds` counts it."""
    kinds: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    """Runs that ended by an error of a rule's, by its last line."""
    longest: float = 0.0

    def fault(self, kind: str, name: str, message: str) -> None:
        """Note a fault of a mutant."""
        self.kinds[kind] += 1
        self.faults.append(f"{kind}: {name}: {message}")

    def __str__(self) -> str:
        return (
            f"{self.cases:,} mutants, {self.accepted:,} accepted, {self.runs:,} run: "
            f"{self.kinds[TRACEBACK]} tracebacks, {self.kinds[PLACELESS]} faults without a place, "
            f"{self.kinds[TOO_SLOW]} over {SLOW:g} s (longest {self.longest:.2f} s), "
            f"{self.kinds[LOST]} runs that lose people, {sum(self.failed.values())} failed runs"
        )


class Fuzz:
    """Mutants of the shipped files, in a folder of their own.

    Parameters
    ----------
    shipped
        Folder of the shipped scenarios.
    folder
        Empty folder, which no file is written outside of.
    """

    def __init__(self, shipped: Path, folder: Path, seed: int) -> None:
        self.world = folder / "world"  # not "scenarios", where numbers need sources
        shutil.copytree(shipped, self.world)
        self.files = sorted(self.world.rglob("*.yaml"))
        for file in self.files:
            text = file.read_text(encoding="utf-8")
            file.write_text(_MANY.sub(_FEW, text), encoding="utf-8")
        self.data = {file: _plain(file) for file in self.files}
        whole = self.data[self.world / WHOLE]
        for file, data in self.data.items():  # a part of a scenario is made whole
            self.data[file] = data if "name" in data else {**whole, **data}
        self.seed = seed
        self.findings = Findings()
        for name in _SLOW_TO_IMPORT:
            importlib.import_module(name)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Work in the folder, where files that no mutation changes are read once."""
        known: dict[tuple[Path, int], Node | None] = {}

        def remembered(
            path: Path, name: str, asked: Mark, faults: list[Fault], layer: int = 0
        ) -> Node | None:
            if path.name == MUTANT or not is_file(path):
                return load_tree(path, name, asked, faults, layer)
            key = (path.resolve(), layer)
            if key not in known:
                known[key] = load_tree(path, name, asked, faults, layer)
            return known[key]

        with chdir(self.world), patch.object(extends, "load_tree", remembered):
            yield

    def mutants(self, count: int) -> Iterator[tuple[str, Path, Scenario]]:
        """Try so many mutants; yield the name, the file and the scenario of those accepted."""
        with self._at_work(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for number in range(count):
                chance = random.Random(f"{self.seed} {number}")
                original = self.files[number % len(self.files)]
                name = f"mutant {number} of {original.relative_to(self.world)}"
                file = original.with_name(MUTANT)
                file.write_text(
                    self._text(original, chance), encoding="utf-8", errors="surrogatepass"
                )
                found = self._try(name, file.relative_to(self.world))
                if found is not None:
                    yield name, file, found

    def _text(self, original: Path, chance: random.Random) -> str:
        if chance.random() < 0.3:
            return mangled(original.read_text(encoding="utf-8"), chance)
        data = mutated(self.data[original], [*self.data.values()], chance)
        lines = [f"{in_flow(key)}: {in_flow(value)}\n" for key, value in data.items()]
        return "".join(lines) if isinstance(data, dict) else in_flow(data)

    def _try(self, name: str, file: Path) -> Scenario | None:
        """Load a mutant; return its scenario if it is accepted."""
        findings, begun = self.findings, time.process_time()
        found, points = None, 1
        findings.cases += 1
        try:
            found, points = _load(file)
            findings.accepted += 1
        except ScenarioError as error:
            for one in error.faults:
                if not _placed(one):
                    findings.fault(PLACELESS, name, str(one))
        except UserError as error:
            findings.fault(PLACELESS, name, f"{type(error).__name__}: {error}")
        except Exception:  # whatever it is, it is ours
            findings.fault(TRACEBACK, name, traceback.format_exc())
        taken = time.process_time() - begun
        findings.longest = max(findings.longest, taken)
        if taken > SLOW + PER_POINT * (points - 1):
            findings.fault(TOO_SLOW, name, f"{taken:.2f} s")
        return found

    def run(self, name: str, file: Path, scenario: Scenario) -> bool:
        """Run an accepted mutant in a tiny army; return whether it could be made tiny."""
        tiny = tiny_scenario(scenario, file.parent)
        if tiny is None:
            return False
        self.findings.runs += 1
        try:
            model = DefectionModel(tiny, rng=1, engine="reference")
            model.run()
            counts = model.engine.counts
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.findings.failed[f"{type(error).__name__}: {error} ({last.name})"[:160]] += 1
            return True
        people = counts.sum(axis=-1)
        if (people != people[0]).any() or people[0].sum() != len(model.population):
            self.findings.fault(LOST, name, f"{np.unique(people.sum(axis=(1, 2)))} people")
        return True


def _load(file: Path) -> tuple[Scenario, int]:
    """Load a scenario, or the one on which a sweep builds; return also the number of points."""
    if file.parent.name == "sweeps":
        plan = load_sweep(file)
        return plan.base.scenario, len(plan.points)
    return load(file), 1


def _plain(file: Path) -> Any:
    root = load_tree(file, str(file), Mark(str(file)), [])
    assert root is not None
    return plain(root)


def _placed(fault: Fault) -> bool:
    """Return whether a fault has a file and, unless it is of the file as a whole, a line."""
    return fault.file is not None and (fault.line is not None or not fault.path)


def tiny_scenario(scenario: Scenario, folder: Path) -> Scenario | None:
    """Return a scenario with few people and steps, or None if it would then be none.

    Parameters
    ----------
    folder
        Folder of the code that it names.
    """
    data = scenario.dump()
    for name, branch in scenario.forces.branches.items():
        small = {
            "strength": min(int(branch.strength), PEOPLE),
            "generals": min(int(branch.generals), GENERALS),
        }
        data["forces"]["branches"][name].update(small)
    clock = scenario.clock
    days = min(clock.steps, STEPS) * int(clock.step_days)
    data["clock"]["end"] = clock.start + dt.timedelta(days=days)
    for _ in range(_TIMES):
        try:
            return Scenario.model_validate(data, context={"folder": folder})
        except ValidationError as error:  # what names people or dates may no longer fit
            for part, *below in (fault["loc"] for fault in error.errors()):
                if part not in ("policies", "acts") or not below:
                    return None
                data[part].pop(below[0], None)
    return None
