"""How outcomes, counts and their bands are written in the table of a comparison."""

from collections.abc import Mapping
from typing import Any

from defectsim.analysis.outcomes import words
from defectsim.plots.units import between, digits


def named(row: Mapping[str, Any]) -> str:
    """Return what an outcome is called."""
    return words(row["outcome"]) + (", %" if row["kind"] == "share" else "")


def counted(number: int, noun: str) -> str:
    """Return a number of things, such as ``1 pair`` or ``3 pairs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def people(low: float, middle: float, high: float) -> str:
    """Return a count and its interval, in whole people."""
    shown = [f"{value:,.0f}" for value in (low, middle, high)]
    return shown[1] if shown[0] == shown[2] else f"{shown[1]} [{shown[0]}–{shown[2]}]"


def level(row: Mapping[str, Any], low: float, middle: float, high: float) -> str:
    """Return an outcome and its interval: whole people, or per cent."""
    if row["kind"] == "count":
        return people(low, middle, high)
    decimals = digits(100 * (high - low))
    shown = [f"{100 * value:,.{decimals}f}" for value in (low, middle, high)]
    return f"{shown[1]} [{shown[0]}–{shown[2]}]"


def changes(row: Mapping[str, Any], low: float, middle: float, high: float) -> str:
    """Return a difference and how far pairs lie apart in it: whole people, or percentage points."""
    if row["kind"] == "count":
        return between("count", (round(low), round(middle), round(high)), 0)
    return between(row["kind"], (low, middle, high), digits(100 * (high - low) / 2))
