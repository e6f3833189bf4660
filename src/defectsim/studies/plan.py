"""Plans: points, each of which is a scenario, with the number and seed of their replicates."""

import json
import shutil
import socket
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import InstanceOf, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from defectsim.core.code import located_file, shipped
from defectsim.core.errors import PlanError, StudyDamagedError, StudyMismatchError
from defectsim.core.randomness import derived_seed
from defectsim.rules.fingerprint import fingerprint
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import as_yaml, overrides_to
from defectsim.scenario.schema import Scenario

PLAN_FILE, SCENARIO_FILE = "plan.json", "scenario.yaml"
"""Files of a plan and of its resolved base scenario."""
SCENARIO = "scenario"
"""Name of the column that tells apart points that are scenarios of their own."""

type Value = bool | float | str

_fingerprint = lru_cache(64)(fingerprint)


@dataclass(frozen=True)
class Point:
    """One scenario of a plan.

    Attributes
    ----------
    values
        What varies, by path: a number, true or false, or text for all else.
    overrides
        Differences from the resolved base, each as ``PATH=VALUE``, as for ``--set``.
    scenario
        Hash of the scenario.
    kept
        The validated scenario, while this process has it.
    """

    values: Mapping[str, Value]
    overrides: tuple[str, ...]
    scenario: str
    kept: InstanceOf[Scenario] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        values: Mapping[str, Value],
        scenario: Scenario,
        base: Scenario,
        *,
        keep: bool = True,
    ) -> Self:
        """Return the point of a validated scenario."""
        overrides = () if scenario is base else overrides_to(scenario, base)
        return cls(values, overrides, scenario.hash, scenario if keep else None)


@dataclass(frozen=True)
class Plan:
    """The runs of a study: of one scenario, of several to compare, or of the points of a sweep.

    Run number n is replicate ``n // len(points)`` of point ``n % len(points)``. Pickled, a plan is
    text, which another process reads and validates as from a study's folder.

    Attributes
    ----------
    base
        Resolved scenario on which the points build.
    design
        How the points were found; its ``kind`` is that of the study.
    points
        All have values for the same paths.
    replicates
        Of each point.
    seeds
        Whether the same replicate of two points has the same draws, or each point its own.
    files
        Texts of the files with code that the scenarios name, by name.
    code
        Fingerprint of each piece of code that the scenarios name, by name.
    """

    name: str
    question: str
    base: InstanceOf[ScenarioDocument]
    design: Mapping[str, Any]
    points: tuple[Point, ...]
    replicates: int
    seeds: Literal["common", "own"]
    seed: int
    files: Mapping[str, str]
    code: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"the seed must be 0 or above, not {self.seed}")
        if self.replicates < 1:
            raise ValueError(f"replicates must be at least 1, not {self.replicates}")

    @property
    def varies(self) -> tuple[str, ...]:
        """Paths of what varies."""
        return tuple(self.points[0].values)

    def seed_of(self, point: int) -> int:
        """Return the seed of a point: that of the plan, or one derived from it and the number."""
        return self.seed if self.seeds == "common" else derived_seed(self.seed, ("point", point))

    def scenario(self, point: int) -> Scenario:
        """Return the validated scenario of a point.

        Raises
        ------
        StudyMismatchError
            When it, or the code that it names, is not what was planned.
        """
        planned = self.points[point]
        if planned.kept is not None:
            return planned.kept
        found = (
            self.base.with_overrides(planned.overrides) if planned.overrides else self.base.scenario
        )
        if found.hash != planned.scenario:
            raise StudyMismatchError(
                f"the scenario of point {point} is not the one that was planned: run the study "
                "again"
            )
        self._refuse_other_code(found)
        return found

    def _refuse_other_code(self, scenario: Scenario) -> None:
        named = {code.name: code for code in scenario.code.values() if not shipped(code.name)}
        others = [n for n, code in named.items() if _fingerprint(code) != self.code.get(n)]
        if others:
            raise StudyMismatchError(
                f"on {socket.gethostname()}, {', '.join(others)} is not what it is where the study "
                "began: install the same on both, or begin the study there"
            )

    @property
    def data(self) -> dict[str, Any]:
        """All but the base and the texts of files, as plain data for JSON."""
        names = ("name", "question", "replicates", "seeds", "seed")
        points = [
            {"values": dict(one.values), "overrides": one.overrides, "scenario": one.scenario}
            for one in self.points
        ]
        return {
            **{name: getattr(self, name) for name in names},
            "design": dict(self.design),
            "code": dict(self.code),
            "points": points,
            "files": sorted(self.files),
        }

    @property
    def text(self) -> str:
        """The text of ``plan.json``."""
        return json.dumps(self.data, indent=1, ensure_ascii=False) + "\n"

    @property
    def texts(self) -> dict[str, str]:
        """Texts by file name, from which `read_plan` makes the plan again."""
        return {SCENARIO_FILE: as_yaml(self.base.scenario), PLAN_FILE: self.text, **self.files}

    def __reduce__(self) -> tuple[Callable[[dict[str, str]], "Plan"], tuple[dict[str, str]]]:
        return _received, (self.texts,)


class NamedCode:
    """The code that the scenarios of a plan name: texts of files, and fingerprints, by name."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.fingerprints: dict[str, str] = {}

    def add(self, scenario: Scenario) -> None:
        """Add the code of a scenario.

        Raises
        ------
        PlanError
            When another scenario names another file by the same name.
        """
        for code in scenario.code.values():
            if code.name not in self.fingerprints:
                self.fingerprints[code.name] = fingerprint(code)
            if code.file and code.text and self.files.setdefault(code.file, code.text) != code.text:
                raise PlanError(
                    f"two scenarios name a file {code.file}, and they are not the same: rename "
                    "one of them"
                )


def plan_of_scenarios(
    name: str,
    scenarios: Mapping[str, Scenario],
    design: Mapping[str, Any],
    replicates: int,
    seed: int,
) -> Plan:
    """Return the plan whose points are scenarios, on common random numbers.

    Parameters
    ----------
    scenarios
        By their value of `SCENARIO`; a single one called "" has none.
    """
    base, *_ = scenarios.values()
    code = NamedCode()
    for scenario in scenarios.values():
        code.add(scenario)
    return Plan(
        name=name,
        question=base.question,
        base=ScenarioDocument(base),
        design=design,
        points=tuple(
            Point.of({SCENARIO: called} if called else {}, scenario, base)
            for called, scenario in scenarios.items()
        ),
        replicates=replicates,
        seeds="common",
        seed=seed,
        files=code.files,
        code=code.fingerprints,
    )


def _received(texts: dict[str, str]) -> Plan:
    """Return a plan that came as text; its files stay in a folder as long as the plan does."""
    folder = Path(tempfile.mkdtemp(prefix="defectsim-"))
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    plan = read_plan(folder, allow_code=True)
    weakref.finalize(plan, shutil.rmtree, folder, ignore_errors=True)
    return plan


def read_plan(folder: Path, *, allow_code: bool) -> Plan:
    """Read a plan and the files that it names from a folder.

    Raises
    ------
    StudyDamagedError
        When the plan cannot be understood, or names files outside of the folder.
    ScenarioError
        When the scenario names code that it may not run.
    """
    try:
        data = json.loads((folder / PLAN_FILE).read_text(encoding="utf-8"))
        files = {name: _text(name, folder) for name in data["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyDamagedError(
            f"{folder} cannot be continued ({error}): run the study again with --overwrite"
        ) from error
    base = ScenarioDocument.read(folder / SCENARIO_FILE, allow_code=allow_code)
    return plan_of(data, base, files)


def _text(name: str, folder: Path) -> str:
    try:
        return located_file(name, folder).read_text(encoding="utf-8")
    except PydanticCustomError as error:
        raise StudyDamagedError(f"{folder / PLAN_FILE}: files: {error}") from error


_PLAN = TypeAdapter(Plan)


def plan_of(data: Any, base: ScenarioDocument, files: Mapping[str, str]) -> Plan:
    """Return the plan of its data; the inverse of `Plan.data`.

    Raises
    ------
    StudyDamagedError
        When the data cannot be understood.
    """
    try:
        return _PLAN.validate_python({**data, "base": base, "files": files})
    except (TypeError, ValidationError) as error:
        raise StudyDamagedError(f"the plan of the study cannot be understood: {error}") from error
