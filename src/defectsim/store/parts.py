"""Parts: files that hold the tables of so many runs each, and appear whole or not at all.

A part is written a few runs at a time, so that no more of them are in memory. Its rows are in the order of runs, and
its groups of rows end where a run does, so that its bytes do not depend on how often it was added to.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from defectsim.engine.records.payload import unpack
from defectsim.store.files import atomic_write
from defectsim.store.schema import RUN, TABLES, on_disk

RUNS = 256
"""How many runs a part holds."""
GROUP = 1 << 17
"""With the run that fills so many rows, a group of them ends."""
_SOUGHT_BY = (*RUN, "date")
"""Columns by which readers leave out groups of rows."""
_SCHEMAS = {name: on_disk(schema) for name, schema in TABLES.items()}

type Rows = tuple[int, pa.Table]
"""A run and its rows, without the columns that say which run it is."""


def path(folder: Path, table: str, part: int) -> Path:
    """Return where a part of a table lies."""
    return folder / table / f"part-{part:05d}.parquet"


def write(
    folder: Path, table: str, part: int, points: int, packed: Iterable[tuple[int, bytes]]
) -> None:
    """Lay the rows of some runs into a part, in place of what it had of them; where there are none, it is left alone.

    Parameters
    ----------
    points
        How many points the study has: run r is replicate r // points of point r % points.
    packed
        The runs, in their order, each with its rows as `engine.records.payload` packs them.
    """
    target, schema = path(folder, table, part), _SCHEMAS[table]
    new = ((run, unpack(rows)) for run, rows in packed)
    if (first := next(new, None)) is None:
        return
    with closing(_there(target, points)) as old:
        groups = _groups(_merged(chain([first], new), old))
        write_groups(schema, (labelled(group, points, table) for group in groups), target)


def write_table(table: pa.Table, target: Path) -> None:
    """Write a file of which a reader finds the old one or the new one, never half of one."""
    write_groups(table.schema, [table], target)


def labelled(runs: Sequence[Rows], points: int, table: str) -> pa.Table:
    """Return the rows of some runs as one table, with the columns that say which run each belongs to."""
    schema, tables = _SCHEMAS[table], [rows for _, rows in runs]
    numbers, held = np.array([run for run, _ in runs]), [rows.num_rows for rows in tables]
    label = {"point": numbers % points, "replicate": numbers // points}
    labels = [pa.array(np.repeat(label[name].astype(np.int32), held)) for name in RUN]
    unlabelled = pa.schema(field for field in schema if field.name not in label)
    alike = (
        pa.concat_tables(some).unify_dictionaries()
        for _, some in groupby(tables, attrgetter("schema"))
    )
    words = (some.combine_chunks().select(unlabelled.names).cast(unlabelled) for some in alike)
    whole = pa.concat_tables(words).combine_chunks()
    return pa.table([*labels, *whole.columns], schema=schema)


def _there(target: Path, points: int) -> Generator[Rows]:
    """Return what a part has of each run, a group of rows in memory at a time."""
    if not target.exists():
        return
    with pq.ParquetFile(target) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            runs = np.asarray(rows["replicate"]).astype(np.int64) * points + np.asarray(
                rows["point"]
            )
            firsts = np.flatnonzero(np.diff(runs, prepend=-1)).tolist()
            for first, last in zip(firsts, [*firsts[1:], len(runs)], strict=True):
                yield int(runs[first]), rows.drop([*RUN]).slice(first, last - first)


def _merged(new: Iterable[Rows], old: Iterable[Rows]) -> Iterator[Rows]:
    """Return the rows of all runs in their order, the new ones where there are both."""
    last = None
    for run, rows in merge(new, old, key=itemgetter(0)):
        if run != last:
            yield run, rows
        last = run


def _groups(runs: Iterable[Rows]) -> Iterator[list[Rows]]:
    """Return runs in groups of so many rows."""
    group: list[Rows] = []
    held = 0
    for run, rows in runs:
        group.append((run, rows))
        held += rows.num_rows
        if held >= GROUP:
            yield group
            group, held = [], 0
    if held:
        yield group


def write_groups(schema: pa.Schema, groups: Iterable[pa.Table], target: Path) -> None:
    """Write a file, a group of rows in memory at a time, as `write_table` does; none where there is no group."""
    writer: pq.ParquetWriter | None = None
    how: dict[str, Any] = {
        "compression": "zstd",
        "use_dictionary": [
            field.name for field in schema if field.type in (pa.string(), pa.date32())
        ],
        "write_statistics": [name for name in _SOUGHT_BY if name in schema.names],
    }
    with atomic_write(target) as new:
        try:
            for group in groups:
                writer = writer or pq.ParquetWriter(new, schema, **how)
                writer.write_table(group, row_group_size=max(group.num_rows, 1))
        finally:
            if writer:
                writer.close()
