"""A sweep: points, each of which is a scenario, and how many lives each has."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import InstanceOf, TypeAdapter, ValidationError

from defectsim.core.errors import StudyDamagedError
from defectsim.core.randomness import derived_seed
from defectsim.engine.setup import EngineName
from defectsim.execution.work import SCENARIO, PointWork, Work
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.schema import Scenario
from defectsim.scenario.yaml import as_yaml

type Value = bool | float | str


@dataclass(frozen=True)
class Point:
    """One scenario of a sweep.

    Attributes
    ----------
    values
        What varies has here, by path: a number, true or false, or text for all else.
    overrides
        What makes it of the resolved base, each as ``PATH=VALUE``, as for ``--set``.
    scenario
        The hash of that scenario.
    """

    values: Mapping[str, Value]
    overrides: tuple[str, ...]
    scenario: str


@dataclass(frozen=True)
class Plan:
    """What a study runs: the points of a sweep, the scenarios of a comparison, or a single one.

    Attributes
    ----------
    base
        The resolved scenario on which the points build.
    design
        How the points were found, for the record.
    points
        In their order; all have values for the same paths.
    replicates
        How many lives each point has.
    seeds
        Whether the same replicate of two points has the same draws, or each point its own.
    seed
        The seed of the lives.
    files
        Texts of the files with code that the scenarios name, by name.
    code
        By the name of each piece of code that the scenarios name, a hash of what it does; see `identity`.
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
        """The paths of what varies."""
        return tuple(self.points[0].values)

    def scenario(self, point: int) -> Scenario:
        """Return the resolved scenario of a point."""
        return self.base.with_overrides(self.points[point].overrides)

    def seed_of(self, point: int) -> int:
        """Return the seed of a point's lives: that of the sweep, or one derived from it and the point's number."""
        return self.seed if self.seeds == "common" else derived_seed(self.seed, ("point", point))

    @property
    def plan(self) -> dict[str, Any]:
        """All but the base, as plain data for JSON."""
        points = [{**asdict(one), "values": dict(one.values)} for one in self.points]
        kept = ("name", "question", "replicates", "seeds", "seed")
        known = {
            "design": dict(self.design),
            "code": dict(self.code),
            "points": points,
            "files": sorted(self.files),
        }
        return {**{name: getattr(self, name) for name in kept}, **known}

    def work(self, engine: EngineName, *, fork: bool) -> Work:
        """Return what is to be lived, for those who live it."""
        points = [
            PointWork(one.overrides, one.scenario, self.seed_of(place))
            for place, one in enumerate(self.points)
        ]
        files = {SCENARIO: as_yaml(self.base.scenario), **self.files}
        return Work(files, self.code, tuple(points), engine, fork)


_SWEEP = TypeAdapter(Plan)


def planned(plan: Any, base: ScenarioDocument, files: Mapping[str, str]) -> Plan:
    """Return the sweep that has a plan; the inverse of `Sweep.plan`.

    Parameters
    ----------
    base
        What the scenario says that is stored beside the plan.
    files
        What the files say that the plan names.

    Raises
    ------
    StudyDamagedError
        Where the plan cannot be understood.
    """
    try:
        return _SWEEP.validate_python({**plan, "base": base, "files": files})
    except (TypeError, ValidationError) as error:
        raise StudyDamagedError(f"the plan of the study cannot be understood: {error}") from error
