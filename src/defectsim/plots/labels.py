"""Labels of what varies: its short name, its meaning and its unit, instead of its path."""

import textwrap
from collections.abc import Mapping

from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter

from defectsim.analysis.inputs import Described, short_name
from defectsim.core.formatting import grouped, plain

_UNITS = {"0..1": "0 to 1"}
_NOTHING = Described()


def label(path: str, described: Mapping[str, Described], letters: int) -> str:
    """Return the short name of what varies with its meaning and unit, in lines of some letters."""
    one = described.get(path, _NOTHING)
    sentence = one.meaning.rstrip(". ")
    told = sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
    unit = _unit(one)
    parts = [f"{short_name(path)}{': ' if told else ''}{told}", *([unit] if unit else [])]
    return plain("\n".join(textwrap.wrap(", ".join(parts), letters)))


def _unit(one: Described) -> str:
    """Return a unit as people read it; none where the meaning has it already."""
    return "" if one.unit in one.meaning else _UNITS.get(one.unit, one.unit)


def row_label(path: str, described: Mapping[str, Described], letters: int = 52) -> str:
    """Return the short name of what varies, and its meaning below, cut to one line."""
    one = described.get(path, _NOTHING)
    unit = _unit(one)
    meaning = textwrap.shorten(one.meaning.rstrip(". "), letters, placeholder=" …")
    first = f"{short_name(path)}, {unit}" if unit else short_name(path)
    return plain(f"{first}\n{meaning}" if meaning else first)


def base_of(path: str, described: Mapping[str, Described]) -> bool | float | str | None:
    """Return the value of the base scenario; None where nobody knows it."""
    return described.get(path, _NOTHING).base


def is_log(path: str, described: Mapping[str, Described]) -> bool:
    """Return True where a logarithmic scale was asked for."""
    return described.get(path, _NOTHING).log


def shown(value: float) -> str:
    """Return a value of something that varies as people read it."""
    return grouped(float(f"{value:.3g}"))


def number_axis(axis: Axis, *, log: bool) -> None:
    """Write the numbers of something that varies along an axis, on the scale asked for."""
    if log:
        axis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(lambda value, _: shown(value))
