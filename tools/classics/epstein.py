"""Epstein (2002), civil violence, Model I: bursts of rebellion, and what a fall of legitimacy brings."""

from functools import cache, partial
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from tools.classics.check import Check, study

MANY = 50
"""Epstein counts an outburst from the first cycle with more rebels than this to the first with fewer."""
FALL = 78
"""The first date that shows what came after legitimacy began to fall."""
PRINTED = "behaviour.soldier.parameters.rounded=0"
SHORT = "clock.end=2002-10-28"


def rebels(name: str, *overrides: str) -> NDArray[np.float64]:
    """Return the number of rebels; shape (runs, dates)."""
    seen = study(name, *overrides).observations.filter(pl.col("name").cast(pl.String) == "active")
    runs = seen.sort("replicate", "date").partition_by("replicate", maintain_order=True)
    return np.array([one["value"].to_numpy() for one in runs])


class Outbursts(NamedTuple):
    """Cycles between outbursts, and rebels summed over each outburst."""

    waits: list[int]
    sizes: list[float]


def outbursts(active: NDArray[np.float64]) -> Outbursts:
    """Find the outbursts of each run; one that has not ended is left out."""
    found = Outbursts([], [])
    for one in active:
        ended, size = None, 0.0
        for cycle, number in enumerate(one):
            if size and number < MANY:
                found.sizes.append(size)
                ended, size = cycle, 0.0
            elif size or number > MANY:
                if not size and ended is not None:
                    found.waits.append(cycle - ended)
                size += number
    return found


def count(*overrides: str) -> float:
    """Return how many outbursts the first 300 cycles have."""
    return float(len(outbursts(rebels("epstein", SHORT, *overrides)).sizes))


def calm() -> float:
    """Return the share of the first 300 cycles with fewer than 10 rebels, in percent."""
    return float(100 * (rebels("epstein", SHORT) < 10).mean())


def wait() -> float:
    """Return the mean number of cycles between outbursts."""
    return float(np.mean(outbursts(rebels("epstein")).waits))


def size() -> float:
    """Return the mean over outbursts of the rebels summed over an outburst."""
    return float(np.mean(outbursts(rebels("epstein")).sizes))


@cache
def peaks(name: str) -> NDArray[np.float64]:
    """Return for each run the most rebels at once after legitimacy begins to fall."""
    return rebels(name)[:, FALL:].max(axis=1)


def jump_higher() -> float:
    """Return the share of paired runs in which the jump brings more rebels at once, in percent."""
    return float(100 * (peaks("epstein-jump") > peaks("epstein-steps")).mean())


def explosions(name: str) -> float:
    """Return the share of runs with an outburst after legitimacy begins to fall, in percent."""
    return float(100 * (peaks(name) > MANY).mean())


PAPER = "Epstein 2002"
ROUNDED = "NetLogo (Wilensky 2004): none unless rounded down"
AGAIN = "Douglas 2026, a re-implementation"
check = partial(Check, "epstein")
slow = partial(check, slow=True)
JUMP, STEPS = (
    "runs with an outburst after one jump (%)",
    "runs with an outburst after small steps (%)",
)
CHECKS = (
    check("ratio as printed: outbursts in 300 cycles", 0, 0, ROUNDED, partial(count, PRINTED)),
    check("cycles with fewer than 10 rebels (%)", 65, 10, AGAIN, calm),
    slow("rebels summed over an outburst, mean", 708, 142, f"{PAPER}, fig. 7", size),
    slow(
        "mean wait between outbursts (cycles)", 60, 20, f"{PAPER}, fig. 5", wait, reproduced=False
    ),
    slow("mean wait as re-implemented (cycles)", 21.8, 5, AGAIN, wait),
    slow(
        "paired runs in which one jump peaks above small steps (%)",
        100,
        20,
        f"{PAPER}, figs. 9, 10",
        jump_higher,
    ),
    slow(STEPS, 0, 20, f"{PAPER}, fig. 9", partial(explosions, "epstein-steps")),
    slow(JUMP, 100, 20, f"{PAPER}, fig. 10", partial(explosions, "epstein-jump"), reproduced=False),
)
