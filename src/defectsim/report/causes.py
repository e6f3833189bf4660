"""Tables of attribution by record: cascades, what came before, and who began them."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Group, RenderableType

from defectsim.analysis.cascades import Cascades
from defectsim.analysis.shares import bands
from defectsim.core.formatting import counted, people
from defectsim.core.screen import plain_text
from defectsim.report.layout import band, empty_table, stacked

_LABELS = {
    "people": "people",
    "vertical": "  after a commander",
    "horizontal": "  through another person",
    "alone": "  after nobody",
    "cascades": "cascades of two and more",
    "largest": "people in the largest",
    "depth": "steps down in the deepest",
}
_MOST = 12
"""Most rows of what came before, and a third of it for who began cascades."""


def causes_table(found: Cascades, title: str, said: str) -> Group:
    """Return the cascades of a run, what came before, who began cascades, and what was found."""
    return stacked(
        [
            _sizes(found, title),
            *([_before(found)] if found.before.height else []),
            *([_movers(found)] if found.movers.height else []),
            plain_text(said),
        ],
    )


def _sizes(found: Cascades, title: str) -> RenderableType:
    table = empty_table(title, [counted(found.runs, "run")], ["median [90 % of runs]"])
    (row,) = found.by_run.select(bands(**{name: pl.col(name) for name in _LABELS})).to_dicts()
    for name, label in _LABELS.items():
        table.add_row(label, people(*band(row, f"{name}_")))
    return table


def _before(found: Cascades) -> RenderableType:
    rows = found.before.height
    title = "What came before" + (f" (the most frequent {_MOST} of {rows})" if rows > _MOST else "")
    table = empty_table(title, ["cause", "last change"], ["people [90 % of runs]"])
    for row in found.before.head(_MOST).to_dicts():
        table.add_row(row["cause"], _change(row), people(*band(row, "people_")))
    return table


def _change(row: Mapping[str, Any]) -> str:
    if row["cause"] != "decision":
        return ""
    return row["changed"] or "none since the start"


def _movers(found: Cascades) -> RenderableType:
    heads = ["runs,\namong\nthe first", "runs,\nbegan the\nlargest"]
    table = empty_table("Who moved first", ["person", "rank", "branch"], heads)
    for row in found.movers.head(_MOST // 3).to_dicts():
        table.add_row(
            row["agent"], row["rank"], row["branch"], str(row["first"]), str(row["largest"])
        )
    return table
