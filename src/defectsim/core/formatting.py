"""Text for people: plain, and numbers with their intervals.

A *kind* is that of an outcome: a count is written in whole people, a share or chance in per cent,
a difference of either in percentage points, and any other number as it is.
"""

import math
import unicodedata
from typing import Final

_HARMLESS = "\n\u200c\u200d"
"""Line ends, and the joiners of Persian and of emoji, which print nothing themselves."""


def plain(text: str) -> str:
    """Return text as any screen, picture or page can show it.

    Tabs are spaces; other control characters, those that turn the direction of writing, and lone
    surrogates are written as escapes.
    """
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable() or char in _HARMLESS or unicodedata.category(char) == "Zs":
        return char
    return " " if char == "\t" else repr(char)[1:-1]


def counted(number: int, noun: str) -> str:
    """Return a number of things, such as ``1 pair`` or ``3 pairs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def grouped(value: float) -> str:
    """Return a number as people read it, such as ``0.5`` or ``20,000,000``; huge ones short."""
    return f"{value:,.0f}" if value % 1 == 0 and 1e5 <= abs(value) < 1e15 else f"{value:g}"


def memory_size(count: float) -> str:
    """Return a number of bytes, such as ``30 MB`` or ``2,100 GB``."""
    if count < 1e6:
        return "less than 1 MB"
    unit, size = ("GB", 1e9) if count >= 1e9 else ("MB", 1e6)
    return f"{grouped(float(f'{count / size:.2g}'))} {unit}"


def people(low: float, middle: float, high: float) -> str:
    """Return a number of people and its interval."""
    return _level((low, middle, high), 0)


def level(kind: str, low: float, middle: float, high: float) -> str:
    """Return an outcome and its interval, to two digits of the interval's width."""
    if kind == "count":
        return people(low, middle, high)
    scale = _scale(kind)
    return _level((scale * low, scale * middle, scale * high), digits(scale * (high - low)))


def difference(kind: str, low: float, middle: float, high: float) -> str:
    """Return a mean difference and its interval, to two digits of the interval's reach."""
    scale = _scale(kind)
    return _between((scale * low, scale * middle, scale * high), digits(scale * (high - low) / 2))


def spread_of_differences(kind: str, low: float, middle: float, high: float) -> str:
    """Return a median difference between quantiles of pairs: like a mean's, but in whole people."""
    if kind == "count":
        return _between((round(low), round(middle), round(high)), 0)
    return difference(kind, low, middle, high)


def exact_difference(kind: str, value: float) -> str:
    """Return a difference that has no interval."""
    shown = _scale(kind) * value
    return _signed(shown, 0 if shown == round(shown) else 3)


def digits(reach: float) -> int:
    """Return how many decimals show two digits of a number."""
    return 0 if reach == 0 else min(max(1 - math.floor(math.log10(reach)), 0), 6)


def _level(values: tuple[float, float, float], decimals: int) -> str:
    low, middle, high = (f"{value:,.{decimals}f}" for value in values)
    return middle if low == high else f"{middle} [{low}–{high}]"


def _between(values: tuple[float, float, float], decimals: int) -> str:
    low, middle, high = (_signed(value, decimals) for value in values)
    return middle if low == high else f"{middle} [{low}, {high}]"


def in_percent(kind: str) -> bool:
    """Check whether an outcome is written in per cent."""
    return kind in ("share", "chance")


def _scale(kind: str) -> int:
    return 100 if in_percent(kind) else 1


def _signed(value: float, decimals: int) -> str:
    """Return a number with its sign, kept even if all digits are 0: a bound shows its side."""
    return f"{value:+,.{decimals}f}" if value else "0"


QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
"""The 50 % band lies between q25 and q75, the 90 % band between q05 and q95."""

QUANTILE_METHOD: Final = "weibull"
"""Method of `numpy.quantile` by which bands of n runs hold as many of further runs as they say.

Quantile q is at place (n + 1) q of the ordered runs (Weibull 1939), interpolated linearly; from 19
runs on the 90 % band so lies between two order statistics, and is the range of fewer.
"""


def band_content(runs: int) -> float:
    """Return the share of further runs to expect in the 90 % band of some runs."""
    return min((runs - 1) / (runs + 1), QUANTILES["q95"] - QUANTILES["q05"])


BAND = ("q05", "q50", "q95")
"""The median between the ends of the 90 % band."""

EVERYONE = "all"
"""Branch or rank of a count over all of them."""
