"""Table of the kinds of pictures of a study."""

import polars as pl
from rich.console import Group, RenderableType

from defectsim.core.screen import plain_text
from defectsim.report.layout import empty_table, stacked


def pictures_table(kinds: pl.DataFrame) -> Group:
    """Return the kinds of pictures for a study with their questions, and why it lacks some.

    Parameters
    ----------
    kinds
        From `studies.pictures.registry.picture_list`.
    """
    parts: list[RenderableType] = []
    for group in kinds.filter("suits").partition_by("about", maintain_order=True):
        table = empty_table(group["about"][0].capitalize(), ("picture", "question", "options"), ())
        for row in group.to_dicts():
            question = row["question"]
            if row["lacks"]:
                question += f"\nnot of this study: {row['lacks']}"
            table.add_row(row["kind"], question, row["options"])
        parts.append(table)
    if others := kinds.filter(~pl.col("suits"))["kind"].to_list():
        parts.append(plain_text(f"Pictures of other kinds of studies: {', '.join(others)}"))
    return stacked(parts)
