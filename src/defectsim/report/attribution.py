"""Table of attribution by deletion: people who left with it, without it, or both."""

from rich.console import Group

from defectsim.analysis.attribution import COUNTS, Attribution
from defectsim.core.screen import plain_text
from defectsim.report.layout import banded, branch_table, stacked

_HEADS = {"both": "with and\nwithout", "only_with": "only\nwith", "only_without": "only\nwithout"}


def attribution_table(found: Attribution, title: str, said: str) -> Group:
    """Return a row a branch and rank, and what was found."""
    cells = {_HEADS[name]: banded(_people, f"{name}_") for name in COUNTS}
    table = branch_table("People, median and 90 % of pairs", "", cells, found.people.to_dicts())
    mean = []
    if found.mean is not None:
        low, high = found.mean
        mean = [plain_text(f"95 % interval of the mean net number: {low:,.1f} to {high:,.1f}.")]
    shown = [] if found.people.is_empty() else [table]
    return stacked([plain_text(title, style="bold"), *shown, *mean, plain_text(said)])


def _people(low: float, middle: float, high: float) -> str:
    return f"{middle:,.0f}\n[{low:,.0f}–{high:,.0f}]"
