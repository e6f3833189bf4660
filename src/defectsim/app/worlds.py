"""Worlds of a visitor: runs that step together, and who differs between them."""

import ctypes
import gc
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from defectsim.app.feed import Feed, Line
from defectsim.app.view import UnitStates, army, counts
from defectsim.engine.model import DefectionModel
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import TRANSITIONS, Rank, Status
from defectsim.scenario.schema import Scenario

WORLDS: "WeakSet[ShownWorld]" = WeakSet()
"""All worlds that somebody still holds."""
_NAMED = 8
"""Most people who differ whom a page names."""


class ShownWorld:
    """One run of an army, and what a page has been told of it.

    Parameters
    ----------
    like
        Setup with which the army is shared where it is the same.
    """

    def __init__(self, scenario: Scenario, seed: int, like: StudySetup | None = None) -> None:
        setup = StudySetup(scenario, seed)
        self.model = DefectionModel(scenario, setup=setup.like(like) if like else setup)
        self._units, self._feed = UnitStates(self.model), Feed(self.model)
        self._lines: list[Line] = []
        self._told = 0
        WORLDS.add(self)

    def advance(self, weeks: int) -> None:
        """Take some steps, or those that are left."""
        for _ in range(weeks):
            if not self.model.running:
                return
            self.model.step()
            self._lines += self._feed.week(self.model)

    @property
    def description(self) -> dict[str, Any]:
        """Facts that stay the same; see `view.army`."""
        return army(self.model)

    def frame(self) -> dict[str, Any]:
        """Return what is new since the last frame."""
        lines, self._lines = self._lines, []
        first, self._told = self._told, self.model.steps + 1
        return {
            "from": first,
            "week": self.model.steps,
            "date": str(self.model.date),
            "running": self.model.running,
            "counts": counts(self.model, first),
            "units": self._units.changes(self.model),
            "feed": [line._asdict() for line in lines],
        }


def release_memory() -> None:
    """Free what dropped worlds have held, and give it back to the system.

    Models hold themselves in circles, and glibc keeps what is freed in pieces, each too small to be
    given back by itself: after 60 worlds, 3 GB of it.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)


def comparable(one: Scenario, other: Scenario) -> bool:
    """Return whether two scenarios have the same people and dates, so that people can be paired."""
    orders = [StudySetup(scenario, 0).order for scenario in (one, other)]
    return orders[0] == orders[1] and one.clock == other.clock


class Differences:
    """People who differ between two worlds of one seed, as both go on.

    A person differs from the first change of status on that is in one world only, or on another
    date; see `analysis.divergence`.
    """

    def __init__(self, one: ShownWorld, other: ShownWorld) -> None:
        self._runs: tuple[Run, Run] = (one.model, other.model)
        self._known = [0, 0]
        self._apart = np.zeros(len(one.model.population), bool)

    def now(self) -> dict[str, Any]:
        """Return how many people differ, and some of them by name, those of high rank first."""
        changes = np.setxor1d(self._new_changes(0), self._new_changes(1))
        self._apart[changes % len(self._apart)] = True
        here, there = (run.engine.status for run in self._runs)
        rows = np.flatnonzero(self._apart)
        rank = self._runs[0].population.rank[rows]
        first = rows[np.lexsort((rows, here[rows] == there[rows], -rank.astype(int)))[:_NAMED]]
        return {
            "people": len(rows),
            "now": int(np.count_nonzero(here != there)),
            "ranks": np.bincount(rank, minlength=len(Rank)).tolist(),
            "named": self._named(first),
        }

    def _new_changes(self, number: int) -> NDArray[np.int64]:
        """Return the new changes of status in one world, as numbers that end with the person's row."""
        records = self._runs[number].engine.event_records(self._known[number])
        self._known[number] += len(records)
        numbers = records["step"].astype(np.int64) * len(TRANSITIONS) + records["transition"]
        changes: NDArray[np.int64] = numbers * len(self._apart) + records["row"]
        return changes

    def _named(self, rows: NDArray[np.int64]) -> list[dict[str, str]]:
        population = self._runs[0].population
        statuses = [run.engine.status[rows] for run in self._runs]
        return [
            {
                "name": name,
                "where": f"{Rank(population.rank[row])}, "
                f"{population.units.name(int(population.unit[row]))}",
                "here": str(Status(here)),
                "there": str(Status(there)),
            }
            for row, name, here, there in zip(
                rows.tolist(), population.names(rows), *statuses, strict=True
            )
        ]
