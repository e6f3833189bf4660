"""Rounds of measurements, and what they say: medians, with the least and the most."""

import statistics
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from benchmarks.contestant import Measured
from benchmarks.plan import RATIOS, Task
from benchmarks.process import run


class Spread(NamedTuple):
    """Statistics of repeated measurements."""

    median: float
    least: float
    most: float


def spread(values: Iterable[float]) -> Spread:
    """Return the median of measurements, and the ends of their range."""
    ordered = sorted(values)
    return Spread(statistics.median(ordered), ordered[0], ordered[-1])


@dataclass(frozen=True)
class Measurement[T, M]:
    """One measurement of one round."""

    round: int
    task: T
    measured: M
    peak_mib: float


class Entry(Measurement[Task, Measured]):
    """A contestant measured in one round."""

    @property
    def speed(self) -> float:
        """Agent-steps per second: everybody, whether they have left or not, times steps."""
        return self.measured.people * self.task.steps * self.measured.runs / self.measured.stepping

    @property
    def setup(self) -> float:
        """Seconds from the loaded scenario to an army that is ready to step."""
        return sum(self.measured.setup.values())

    def data(self) -> dict[str, Any]:
        """Return the measurement as plain data."""
        return {
            "round": self.round,
            "contestant": self.task.letter,
            "title": self.task.contestant.title,
            "soldiers": self.task.soldiers,
            "steps": self.task.steps,
            "agent_steps_per_second": round(self.speed),
            "setup_seconds": self.setup,
            "peak_mib": self.peak_mib,
            **asdict(self.measured),
        }


def measure(task: Task, environment: Mapping[str, str], number: int = 0) -> Entry:
    """Measure once, in a process of its own."""
    ran = run(
        [sys.executable, "-m", "benchmarks.contestant", task.letter, str(task.soldiers)],
        environment,
    )
    return Entry(number, task, Measured(**ran.printed), ran.peak_mib)


def ratios(entries: Iterable[Entry]) -> dict[tuple[int, str, str], Spread]:
    """Return, by army size, how many times as fast one contestant was as another, each ratio taken within a round."""
    speed = {
        (entry.round, entry.task.soldiers, entry.task.letter): entry.speed for entry in entries
    }
    rounds = sorted({number for number, *_ in speed})
    return {
        (size, fast, slow): spread(
            speed[number, size, fast] / speed[number, size, slow] for number in rounds
        )
        for size in sorted({soldiers for _, soldiers, _ in speed})
        for fast, slow in RATIOS
    }
