"""Tables of scenario discovery: the box, its quality, and the tree beside it."""

import polars as pl
from rich.console import Group, RenderableType

from defectsim.analysis.discovery.boxes import Discovery
from defectsim.core.formatting import level
from defectsim.core.screen import plain_text
from defectsim.report.layout import broken_path, empty_table, stacked

_LETTERS = 46


def discovery_table(found: Discovery, leaves: pl.DataFrame, title: str) -> Group:
    """Return the restrictions of the box, how well it holds, and the leaves of the tree."""
    parts: list[RenderableType] = []
    if found.box:
        parts += [_restrictions(found, title), _quality(found)]
    parts.append(plain_text(found.found))
    if leaves.height > 1:
        parts.append(_leaves(leaves))
    return stacked(parts)


def _restrictions(found: Discovery, title: str) -> RenderableType:
    table = empty_table(title, ["input"], ["from", "to", "stable in\n% of halves", "density\nlost"])
    for row in found.inputs.rows(named=True):
        if row["input"] in found.box:
            low, high = found.box[row["input"]]
            lost = f"{100 * row['density_lost']:.0f} pp"
            stable = f"{100 * row['stability']:.0f}"
            name = broken_path(row["input"], _LETTERS)
            table.add_row(name, f"{low:.4g}", f"{high:.4g}", stable, lost)
    return table


def _quality(found: Discovery) -> RenderableType:
    table = empty_table("", ["points"], ["coverage\n[90 %]", "density\n[90 %]"])
    for name, quality in (("not used to find it", found.held_out), ("used", found.fitted)):
        if quality is not None:
            table.add_row(name, str(quality.coverage), str(quality.density))
    return table


def _leaves(leaves: pl.DataFrame) -> RenderableType:
    table = empty_table("A classification tree of the same runs", ["where"], ["runs", "% [90 %]"])
    for row in leaves.rows(named=True):
        share = level("share", row["low"], row["share"], row["high"])
        table.add_row(row["where"].replace(", ", ",\n"), str(row["runs"]), share)
    return table
