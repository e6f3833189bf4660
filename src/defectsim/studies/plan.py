"""Plans: points, each of which is a scenario, with the number and seed of their replicates."""

import json
import socket
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, InstanceOf, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from defectsim.core.code.loading import Code, located_file, shipped
from defectsim.core.errors import (
    PlanError,
    StudyDamagedError,
    StudyMismatchError,
    UnkeptFileWarning,
)
from defectsim.core.files import TemporaryFolder
from defectsim.core.randomness import derived_seed
from defectsim.core.section import RUNS, faults_of, whole_number
from defectsim.core.study_folder import PLAN_FILE, SCENARIO_FILE
from defectsim.rules.fingerprint import fingerprint
from defectsim.scenario.calibration import uncalibrated
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import as_yaml, overrides_to
from defectsim.scenario.schema import Scenario

KEPT = 1_000
"""Number of points whose validated scenarios a plan keeps; others are made when needed."""

type Value = bool | float | str
Seeds = Literal["common", "own", "row"]
"""Owner of the draws of a replicate: the plan, the point, or the row of its design."""

_ELSEWHERE = Field(exclude=True)
"""Marks what ``plan.json`` does not have."""
_fingerprint = lru_cache(64)(fingerprint)
_NOT_UNDERSTOOD = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""Errors of reading a plan that holds something else than what is written."""


@dataclass(frozen=True)
class Point:
    """One scenario of a plan."""

    values: Mapping[str, Value]
    """Values by the path that varies: a number, true or false, or text for all else."""
    overrides: tuple[str, ...]
    """Differences from the resolved base, each as ``PATH=VALUE``, as for ``--set``."""
    scenario: str
    """Hash of the scenario."""
    draws: int | None = None
    """Number of the draws that it has in common with other points; default: those of the plan."""
    validated: Annotated[InstanceOf[Scenario] | None, _ELSEWHERE] = field(
        default=None, compare=False, repr=False
    )
    """The validated scenario, while this process has it."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The runs of a study: of one scenario, of several to compare, or of the points of a sweep.

    Run number n is replicate ``n // len(points)`` of point ``n % len(points)``. If parameters are
    drawn, there is one point, and replicate r has the scenario of draw r. Pickled, a plan is text,
    which another process reads and validates as from a study's folder.
    """

    name: str
    question: str
    replicates: int
    """Number of replicates of each point."""
    seeds: Seeds
    seed: int
    design: Mapping[str, Any]
    """Design of the points; its ``kind`` is that of the study."""
    code: Mapping[str, str]
    """Fingerprint of each piece of code that the scenarios name, by name."""
    uncalibrated: tuple[str, ...] = ()
    """Rules of any of the scenarios that run on defaults nobody calibrated."""
    points: tuple[Point, ...]
    """All have values for the same paths."""
    drawn: tuple[Point, ...] = ()
    """Scenario of each replicate of the only point, if parameters are drawn; some may remain."""
    base: Annotated[InstanceOf[ScenarioDocument], _ELSEWHERE]
    """Resolved scenario on which the points build."""
    files: Annotated[Mapping[str, str], _ELSEWHERE]
    """Texts of the files with code that the scenarios name, and of those on which it depends."""
    outcomes: Mapping[str, Literal["chance", "number"]] = field(default_factory=dict)
    """Kinds of the outcomes of the scenarios' own, by name."""

    def __post_init__(self) -> None:
        if len({tuple(point.values) for point in self.points}) != 1:
            raise ValueError("points must have values for the same paths, and there must be one")
        if self.drawn and len(self.points) > 1:
            raise ValueError("parameters are drawn for one scenario alone")
        if not isinstance(self.design.get("kind"), str):
            raise ValueError("the design must have the name of its kind")
        for name, least in (("seed", 0), ("replicates", 1)):
            object.__setattr__(self, name, whole_number(name, getattr(self, name), least))
        if fault := RUNS.fault(self.replicates * len(self.points)):
            raise PlanError(f"the runs of all points together: {fault}")
        if self.drawn and self.replicates > (most := len(self.drawn)):
            raise PlanError(
                f"each replicate takes a draw of its own, and there are {most:,}: ask for {most:,} "
                "replicates at most"
            )

    @property
    def varies(self) -> tuple[str, ...]:
        """Paths of what varies."""
        return tuple(self.variants[0].values)

    @property
    def variants(self) -> tuple[Point, ...]:
        """All scenarios: the points, or the draws of the only one."""
        return self.drawn or self.points

    def variant_of(self, run: int) -> int:
        """Return the number of the scenario of a run among the variants."""
        return run if self.drawn else run % len(self.points)

    def seed_of(self, variant: int) -> int:
        """Return the seed of a scenario: that of the plan, or one derived from it and its draws."""
        draws = self.variants[variant].draws
        return self.seed if draws is None else derived_seed(self.seed, ("point", draws))

    def scenario(self, variant: int) -> Scenario:
        """Return one of the variants as a validated scenario.

        Raises
        ------
        StudyMismatchError
            When it, or the code that it names, is not what was planned.
        """
        planned = self.variants[variant]
        if planned.validated is not None:
            return planned.validated
        found = (
            self.base.with_overrides(planned.overrides) if planned.overrides else self.base.scenario
        )
        if found.hash != planned.scenario:
            raise StudyMismatchError(
                f"scenario {variant} of the plan is not the one that was planned: run the study "
                "again"
            )
        named = {code.name: code for code in found.code.values() if not shipped(code.name)}
        others = [name for name, code in named.items() if _fingerprint(code) != self.code.get(name)]
        if others:
            raise StudyMismatchError(
                f"on {socket.gethostname()}, {', '.join(others)} is not what it is where the study "
                "began: install the same on both, or begin the study there"
            )
        return found

    @property
    def data(self) -> dict[str, Any]:
        """All but the base and the texts of files, as plain data for JSON."""
        return {**_PLAN.dump_python(self), "files": sorted(self.files)}

    @property
    def texts(self) -> dict[str, str]:
        """Texts by file name, from which `read_plan` makes the plan again."""
        text = json.dumps(self.data, indent=1, ensure_ascii=False) + "\n"
        return {SCENARIO_FILE: as_yaml(self.base.scenario), PLAN_FILE: text, **self.files}

    def __reduce__(self) -> tuple[Callable[[dict[str, str]], "Plan"], tuple[dict[str, str]]]:
        return _received, (self.texts,)


_PLAN = TypeAdapter(Plan)


def make_plan(
    name: str,
    base: ScenarioDocument,
    scenarios: Iterable[tuple[Mapping[str, Value], Scenario]],
    design: Mapping[str, Any],
    replicates: int,
    seed: int,
    *,
    question: str | None = None,
    seeds: Seeds = "common",
    draws: Sequence[int] = (),
) -> Plan:
    """Return the plan of scenarios, each with its values of what varies.

    Parameters
    ----------
    question
        Default: that of the base.
    draws
        Number of the draws of each scenario, unless all have those of the plan.

    Raises
    ------
    PlanError
        When two scenarios name different files, or outcomes of different kinds, by the same name.
    """
    points: list[Point] = []
    files: dict[str, str] = {}
    fingerprints: dict[str, str] = {}
    outcomes: dict[str, Literal["chance", "number"]] = {}
    left: dict[str, None] = {}
    for values, scenario in scenarios:
        overrides = () if scenario is base.scenario else overrides_to(scenario, base.scenario)
        validated = scenario if len(points) < KEPT else None
        own = draws[len(points)] if draws else None
        points.append(Point(values, overrides, scenario.hash, own, validated))
        left.update(dict.fromkeys(uncalibrated(scenario)))
        for key, one in scenario.outcomes.items():
            if outcomes.setdefault(key, one.kind) != one.kind:
                raise PlanError(
                    f"the outcome {key} is a chance in one scenario and a number in another: "
                    "rename one of them"
                )
        for code in scenario.code.values():
            if code.name not in fingerprints:
                fingerprints[code.name] = fingerprint(code)
            _take_along(code, files)
    return Plan(
        name=name,
        question=base.scenario.question if question is None else question,
        replicates=replicates,
        seeds=seeds,
        seed=seed,
        design=design,
        code=fingerprints,
        uncalibrated=tuple(left),
        points=tuple(points),
        base=base,
        files=files,
        outcomes=outcomes,
    )


def _take_along(code: Code, files: dict[str, str]) -> None:
    """Add the texts of a piece of code and of its helpers to those of a plan."""
    main = {code.file: code.text or ""} if code.file else {}
    for file, text in {**main, **code.helpers.beside}.items():
        if files.setdefault(file, text) != text:
            raise PlanError(
                f"two scenarios name a file {file}, and they are not the same: rename one of them"
            )


def read_plan(folder: Path, *, allow_code: bool) -> Plan:
    """Read a plan and the files that it names from a folder.

    Raises
    ------
    StudyDamagedError
        When the plan cannot be understood, or names files outside of the folder.
    ScenarioError
        When the scenario names code that it may not run.
    """
    path = folder / PLAN_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        paths = {name: located_file(name, folder) for name in data["files"]}
        files = {name: file.read_text(encoding="utf-8") for name, file in paths.items()}
    except PydanticCustomError as error:
        raise StudyDamagedError(f"{path}: files: {error}") from error
    except _NOT_UNDERSTOOD as error:
        raise StudyDamagedError(
            f"{folder} cannot be continued ({error}): run the study again with --overwrite"
        ) from error
    base = ScenarioDocument.read(folder / SCENARIO_FILE, allow_code=allow_code)
    try:
        return _PLAN.validate_python({**data, "base": base, "files": files})
    except (ValidationError, PlanError) as error:
        fault = faults_of(error) if isinstance(error, ValidationError) else error
        raise StudyDamagedError(
            f"{path} cannot be understood ({fault}): run the study again with --overwrite"
        ) from error


def _received(texts: dict[str, str]) -> Plan:
    """Return a plan that came as text; its files stay in a folder as long as the plan does."""
    folder = TemporaryFolder()
    try:
        for name, text in texts.items():
            path = folder.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        with warnings.catch_warnings():  # told where the study was planned
            warnings.simplefilter("ignore", UnkeptFileWarning)
            plan = read_plan(folder.path, allow_code=True)
    except BaseException:
        folder.remove()
        raise
    weakref.finalize(plan, folder.remove)
    return plan
