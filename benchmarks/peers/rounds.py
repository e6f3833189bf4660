"""Rounds of the peers, and what they say: speeds, ratios within a round, and whether the shares gone agree."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import sqrt
from statistics import fmean, median, variance
from typing import Any, NamedTuple

from benchmarks.peers.contestant import Measured
from benchmarks.peers.model import WEEKS
from benchmarks.peers.plan import PEERS, SIMPLEST, Task
from benchmarks.process import run
from benchmarks.rounds import Measurement, Spread, spread

APART = 4.0
"""Standard errors of a difference above which two peers do not simulate the same model."""


class Entry(Measurement[Task, Measured]):
    """A peer measured in one round."""

    @property
    def speed(self) -> float:
        """Agent-steps per CPU second: everybody, whether they have left or not, times weeks."""
        return self.task.people * WEEKS / median(self.measured.seconds)

    def data(self) -> dict[str, Any]:
        """Return the measurement as plain data."""
        return {
            "round": self.round,
            **asdict(self.task),
            "agent_steps_per_second": round(self.speed),
            "peak_mib": self.peak_mib,
            **asdict(self.measured),
        }


class Share(NamedTuple):
    """The share gone by one peer, its standard error, and how many of them it is from that of the simplest peer."""

    mean: float
    error: float
    apart: float


class Row(NamedTuple):
    """What all rounds say of one peer, variant and army."""

    task: Task
    speed: Spread
    ratio: Spread
    """Times as fast as the peer is defectsim, each ratio taken within a round."""
    share: Share
    setup: float
    peak_mib: float

    def data(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return {
            **asdict(self.task),
            "title": PEERS[self.task.peer].title,
            "agent_steps_per_second": self.speed._asdict(),
            "defectsim_times_as_fast": self.ratio._asdict(),
            "share_gone": self.share._asdict(),
            "setup_seconds": self.setup,
            "peak_mib": self.peak_mib,
        }


def measure(task: Task, environment: Mapping[str, str], number: int) -> Entry:
    """Measure once, in a process of its own."""
    ran = run(
        [
            str(PEERS[task.peer].python),
            *("-W", "ignore", "-m", "benchmarks.peers.contestant"),
            *(task.peer, task.variant, str(task.people), str(number)),
        ],
        environment,
    )
    return Entry(number, task, Measured(**ran.printed), ran.peak_mib)


def summarize(entries: Sequence[Entry]) -> list[Row]:
    """Return a row a peer, variant and army, in the order in which they were measured."""
    rows = []
    for task in dict.fromkeys(entry.task for entry in entries):
        same_army = [
            entry
            for entry in entries
            if (entry.task.variant, entry.task.people) == (task.variant, task.people)
        ]
        own = [entry for entry in same_army if entry.task == task]
        ours = {entry.round: entry.speed for entry in same_army if entry.task.peer == "defectsim"}
        rows.append(
            Row(
                task,
                spread(entry.speed for entry in own),
                spread(ours[entry.round] / entry.speed for entry in own),
                _share(task.peer, same_army),
                median(entry.measured.setup for entry in own),
                max(entry.peak_mib for entry in own),
            )
        )
    return rows


def _share(peer: str, same_army: Sequence[Entry]) -> Share:
    """Compare a peer's share with the simplest's; runs of all peers tell how far shares scatter."""
    shares: dict[str, list[float]] = {}
    for entry in same_army:
        shares.setdefault(entry.task.peer, []).extend(entry.measured.shares)
    scatter = sqrt(
        sum(variance(one) * (len(one) - 1) for one in shares.values())
        / sum(len(one) - 1 for one in shares.values())
    )
    own, simplest = shares[peer], shares[SIMPLEST]
    error = scatter / sqrt(len(own))
    difference = fmean(own) - fmean(simplest)
    of_both = scatter * sqrt(1 / len(own) + 1 / len(simplest))
    return Share(fmean(own), error, 0.0 if peer == SIMPLEST else difference / of_both)
