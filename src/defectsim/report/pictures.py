"""Table of the kinds of pictures of a study."""

import polars as pl
from rich.console import Group

from defectsim.report.layout import empty_table, stacked


def pictures_table(kinds: pl.DataFrame) -> Group:
    """Return the kinds of pictures with their questions, and why some are not to be had.

    Parameters
    ----------
    kinds
        From `studies.pictures.registry.picture_list`.
    """
    parts = []
    for group in kinds.partition_by("about", maintain_order=True):
        table = empty_table(group["about"][0].capitalize(), ("picture", "question", "options"), ())
        for row in group.to_dicts():
            question = row["question"]
            if row["lacks"]:
                question += f"\nnot of this study: {row['lacks']}"
            table.add_row(row["kind"], question, row["options"])
        parts.append(table)
    return stacked(parts)
