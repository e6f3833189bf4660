"""An army as a page draws it: plain data that JSON holds."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.run import Run
from defectsim.model.transitions import Rank, Status
from defectsim.population.units import NOBODY, Level, Units

_MOST_UNITS = 400
"""Most units that a page draws; lower levels of a large army are left out."""
GONE = [status for status in Status if status.kind == "gone"]
"""Statuses whose shares colour a unit."""


def army(run: Run) -> dict[str, Any]:
    """Return what stays the same while a run goes on: clock, groups, strength and units."""
    scenario, population = run.scenario, run.population
    return {
        "name": scenario.name,
        "question": scenario.question,
        "start": str(scenario.clock.start),
        "steps": scenario.clock.steps,
        "stepDays": int(scenario.clock.step_days),
        "branches": list(population.branches),
        "ranks": [{"name": str(rank), "label": rank.label} for rank in Rank],
        "statuses": [{"name": str(one), "phrase": one.phrase, "kind": one.kind} for one in Status],
        "gone": [int(one) for one in GONE],
        "strength": population.strength.tolist(),
        "people": len(population),
        "units": _units(population.units),
    }


def shown_units(units: Units) -> NDArray[np.int64]:
    """Return the units that a page draws, from the branches downward, in their order."""
    lowest = Level.BRANCH
    for level in reversed(Level):
        if np.count_nonzero(units.level >= level) <= _MOST_UNITS:
            lowest = level
    return np.flatnonzero(units.level >= lowest)


def _units(units: Units) -> list[dict[str, Any]]:
    shown = shown_units(units)
    place = {unit: number for number, unit in enumerate(shown.tolist())}
    return [
        {
            "name": units.name(unit),
            "level": int(units.level[unit]),
            "parent": place.get(int(units.parent[unit]), NOBODY),
            "strength": int(units.strength[unit]),
        }
        for unit in place
    ]


class UnitStates:
    """States of the units that a page draws: of each, who is gone, and its commander's status."""

    def __init__(self, run: Run) -> None:
        self._shown = shown_units(run.population.units)
        self._told = np.full((len(self._shown), len(GONE) + 1), -2, np.int32)

    def changes(self, run: Run) -> list[list[int]]:
        """Return the states that are new: a unit's number, people gone, status of its commander.

        The status is -1 where nobody commands the unit.
        """
        engine = run.engine
        commander = engine.commander[self._shown]
        status = np.where(commander == NOBODY, -1, engine.status[commander])
        gone = engine.unit_counts[GONE][:, self._shown]
        now = np.column_stack([*gone, status]).astype(np.int32)
        changed = np.flatnonzero((now != self._told).any(axis=1))
        self._told = now
        told: list[list[int]] = np.column_stack([changed, now[changed]]).tolist()
        return told


def counts(run: Run, first: int) -> list[list[int]]:
    """Return the people of each branch, rank and status, flat, at the dates from `first` on."""
    new = run.engine.counts[first : run.steps + 1]
    flat: list[list[int]] = new.reshape(len(new), run.engine.counts[0].size).tolist()
    return flat
