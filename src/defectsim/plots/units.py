"""How numbers are written: levels on axes and in tiles, and differences with their intervals."""

import math
from collections.abc import Sequence

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter

POINTS = "percentage points"
"""The unit of a difference of shares."""


def written(value: float, unit: str) -> str:
    """Return a value to three figures: a share in per cent, anything else as it is; of runs, whole per cents."""
    if unit == "% of runs":
        return f"{100 * value:.0f}"
    shown = 100 * value if unit in ("%", POINTS) else value
    return f"{shown:,.0f}" if abs(shown) >= 100 else f"{float(f'{shown:.3g}'):g}"


def by_unit(axis: Axis, unit: str) -> None:
    """Write the ticks of an axis in the unit of an outcome."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: written(value, unit)))


def change(kind: str, low: float, middle: float, high: float) -> str:
    """Return a mean difference and its interval, to two digits of its reach; of a share, in percentage points."""
    return between(kind, (low, middle, high), digits(_scale(kind) * (high - low) / 2))


def alone(kind: str, value: float) -> str:
    """Return a difference that has no interval."""
    shown = _scale(kind) * value
    return _signed(shown, 0 if shown == round(shown) else 3)


def between(kind: str, values: Sequence[float], decimals: int) -> str:
    """Return a middle difference and its bounds."""
    low, middle, high = (_signed(_scale(kind) * value, decimals) for value in values)
    return middle if low == high else f"{middle} [{low}, {high}]"


def digits(reach: float) -> int:
    """Return how many decimals show two digits of a number."""
    return 0 if reach == 0 else min(max(1 - math.floor(math.log10(reach)), 0), 6)


def _scale(kind: str) -> int:
    return 1 if kind == "count" else 100


def _signed(value: float, decimals: int) -> str:
    """Return a number with its sign, which it keeps even where the digits are nought: so a bound shows its side."""
    return f"{value:+,.{decimals}f}" if value else "0"
