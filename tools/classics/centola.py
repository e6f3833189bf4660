"""Centola and Macy (2007): simple and complex contagions on a ring whose ties are rewired."""

from functools import partial

import numpy as np
from tools.classics.check import Check, study

PEOPLE, SEED, REACH = 1_000, 11, 5
"""People, those of them who begin, and to how many on either side each is tied."""
RING = "exact: fronts move by 6 - needed people"
TEXT = "Centola & Macy 2007: bridges become too narrow"


def adopters(needed: int) -> float:
    """Return the number of adopters in the end where all ties are rewired, in the median."""
    overrides = (f"behaviour.soldier.parameters.needed={needed}", "forces.ties.rewired=1")
    return float(np.median(study("centola", *overrides).runs["defected"]))


def steps(needed: int) -> float:
    """Return how many steps a contagion takes around the ring."""
    overrides = (f"behaviour.soldier.parameters.needed={needed}", "forces.ties.rewired=0")
    series = study("centola", *overrides, replicates=1).series
    return float((series["defected"] < PEOPLE).sum() - 1)


def exact(needed: int) -> float:
    """Return the steps by which two fronts meet."""
    return float(np.ceil((PEOPLE - SEED) / (2 * (REACH + 1 - needed))))


check = partial(Check, "centola")
CHECKS = (
    *(
        check(
            f"ring, {needed} needed: steps to reach everybody",
            exact(needed),
            0,
            RING,
            partial(steps, needed),
        )
        for needed in (1, 2, 3)
    ),
    check("all ties rewired, 1 needed: adopters", PEOPLE, 1, TEXT, partial(adopters, 1)),
    check("all ties rewired, 3 needed: adopters", SEED, 10, TEXT, partial(adopters, 3)),
)
