"""The largest cascades of a run as trees: who took whom along, step by step down."""

import polars as pl

_LEAST = 0.005
"""Size of the smallest cascade of a figure, of the largest."""


def largest_trees(trees: pl.DataFrame, most: int) -> list[pl.DataFrame]:
    """Return the largest cascades of one run as trees of those who took others along.

    Parameters
    ----------
    trees
        From `cascades.forest`, of one run.
    most
        Most cascades; those of one person are none, and those far smaller than the largest are left
        out.

    Returns
    -------
    list of DataFrame
        By size, each with a row a person who took others along, first the one who began it: *number*,
        *agent*, *rank*, *date*, *depth*, the *parent* within the tree (null at its root), *alone*
        (people who came with them and took nobody along), *below* (all people below them), *days*
        since the cascade began, *until*, the date of its last member, and *slot*, a place across, such
        that no branches cross.
    """
    sizes = trees.group_by("root", maintain_order=True).agg(pl.len().alias("size"))
    least = pl.max_horizontal(2, _LEAST * pl.col("size").max())
    found = sizes.filter(pl.col("size") >= least).sort("size", "root", descending=[True, False])
    return [_tree(trees.filter(root=root)) for root in found["root"].head(most)]


def _tree(people: pl.DataFrame) -> pl.DataFrame:
    """Return the tree of those of a cascade who took others along."""
    leading = people.filter(pl.col("followers") > 0)
    alone = (
        people.filter(pl.col("followers") == 0)
        .group_by(number="parent")
        .agg(pl.len().cast(pl.Int64).alias("alone"))
    )
    tree = leading.join(alone, on="number", how="left").sort("depth", "number")
    rows = tree.select("number", "parent", pl.col("alone").fill_null(0)).rows()
    children: dict[int, list[int]] = {number: [] for number, *_ in rows}
    below = {number: one for number, _, one in rows}
    for number, parent, _ in reversed(rows):
        if parent is not None:
            children[parent].append(number)
            below[parent] += 1 + below[number]
    slots = _slots(rows[0][0], children, below)
    began = pl.col("date") - pl.col("date").min()
    return tree.select(
        *("number", "agent", "rank", "date", "depth", "parent"),
        pl.col("alone").fill_null(0),
        below=pl.Series([below[number] for number, *_ in rows]),
        days=began.dt.total_days(),
        until=pl.lit(people["date"].sort()[-1]),
        slot=pl.Series([slots[number] for number, *_ in rows]),
    )


def _slots(root: int, children: dict[int, list[int]], below: dict[int, int]) -> dict[int, float]:
    """Return the places of a tree's members: ends one apart, others above the middle of theirs."""
    slots: dict[int, float] = {}
    pending, ends = [(root, False)], 0
    while pending:
        number, placed = pending.pop()
        own = sorted(children[number], key=lambda one: (-below[one], one))
        if not own:
            slots[number] = float(ends)
            ends += 1
        elif placed:
            slots[number] = (slots[own[0]] + slots[own[-1]]) / 2
        else:
            pending += [(number, True), *((one, False) for one in reversed(own))]
    return slots
