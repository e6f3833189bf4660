"""A global game of regime change: the strength at which the regime falls."""

from functools import partial

from tools.classics.check import Check, joined

EXACT = "exact: the strength 1 - cost (Morris & Shin 1998)"
PEOPLE = 20_000


def falls(cost: float, strength: float) -> bool:
    """Return whether at least as many attack as the regime withstands."""
    overrides = (f"behaviour.soldier.parameters.cost={cost}", f"conditions.strength={strength:.6f}")
    return joined("global-game", *overrides) >= strength * PEOPLE


def critical(cost: float) -> float:
    """Search the greatest strength at which the regime falls."""
    low, high = 0.0, 1.0
    while high - low > 0.0005:
        middle = (low + high) / 2
        low, high = (middle, high) if falls(cost, middle) else (low, middle)
    return (low + high) / 2


check = partial(Check, "global-game")
CHECKS = tuple(
    check(
        f"strength up to which it falls, cost {cost}",
        1 - cost,
        0.005,
        EXACT,
        partial(critical, cost),
    )
    for cost in (0.2, 0.4, 0.7)
)
