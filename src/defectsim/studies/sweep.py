"""A sweep: points, each of which is a scenario, and how many lives each has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import InstanceOf, TypeAdapter, ValidationError

from defectsim.core.errors import StudyError
from defectsim.core.randomness import derived_seed
from defectsim.scenario.base import Base
from defectsim.scenario.schema import Scenario

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
    """

    values: Mapping[str, Value]
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """What a sweep runs.

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
    """

    name: str
    question: str
    base: InstanceOf[Base]
    design: Mapping[str, Any]
    points: tuple[Point, ...]
    replicates: int
    seeds: Literal["common", "own"]
    seed: int

    @property
    def varies(self) -> tuple[str, ...]:
        """The paths of what varies."""
        return tuple(self.points[0].values)

    def scenario(self, point: int) -> Scenario:
        """Return the resolved scenario of a point."""
        return self.base.overridden(self.points[point].overrides)

    def seed_of(self, point: int) -> int:
        """Return the seed of a point's lives: that of the sweep, or one derived from it and the point's number."""
        return self.seed if self.seeds == "common" else derived_seed(self.seed, ("point", point))

    @property
    def plan(self) -> dict[str, Any]:
        """All but the base, as plain data for JSON."""
        points = [{"values": dict(one.values), "overrides": list(one.overrides)} for one in self.points]
        kept = ("name", "question", "replicates", "seeds", "seed")
        return {**{name: getattr(self, name) for name in kept}, "design": dict(self.design), "points": points}


_SWEEP = TypeAdapter(Sweep)


def planned(plan: Any, base: Base) -> Sweep:
    """Return the sweep that has a plan; the inverse of `Sweep.plan`.

    Parameters
    ----------
    base
        What the scenario says that is stored beside the plan.

    Raises
    ------
    StudyError
        Where the plan cannot be understood.
    """
    try:
        return _SWEEP.validate_python({**plan, "base": base})
    except (TypeError, ValidationError) as error:
        raise StudyError(f"the plan of the study cannot be understood: {error}") from error
