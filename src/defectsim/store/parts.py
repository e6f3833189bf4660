"""Parts: files that hold the tables of so many runs each, and appear whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from defectsim.engine.packed import unpacked
from defectsim.store.schema import TABLES, on_disk

RUNS = 256
"""How many runs a part holds."""
_SCHEMAS = {name: on_disk(schema) for name, schema in TABLES.items()}


def path(folder: Path, table: str, part: int) -> Path:
    """Return where a part of a table lies."""
    return folder / table / f"part-{part:05d}.parquet"


def write(folder: Path, table: str, part: int, points: int, streams: Mapping[int, bytes]) -> None:
    """Lay the rows of some runs into a part, in place of what it had of them.

    Parameters
    ----------
    points
        How many points the study has: run r is replicate r // points of point r % points.
    streams
        By run, its rows as an Arrow stream.
    """
    target, schema = path(folder, table, part), _SCHEMAS[table]
    rows = [labelled(run, points, table, stream) for run, stream in sorted(streams.items())]
    if target.exists():
        rows = _merged(pq.read_table(target, schema=schema), rows, points)
    write_whole(pa.concat_tables([schema.empty_table(), *rows]).combine_chunks(), target)


def write_whole(table: pa.Table, target: Path) -> None:
    """Write a file of which a reader finds the old one or the new one, never half of one."""
    new = target.with_suffix(".new")
    pq.write_table(table, new, compression="zstd")
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(target)


def labelled(run: int, points: int, table: str, stream: bytes) -> pa.Table:
    """Return the rows of a run's table, from its Arrow stream, with the columns that say which run it is."""
    rows = unpacked(stream)
    replicate, point = divmod(run, points)
    labels = [np.full(rows.num_rows, number, np.int32) for number in (point, replicate)]
    columns = {"point": labels[0], "replicate": labels[1], **dict(zip(rows.column_names, rows.columns, strict=True))}
    return pa.table(columns).select(_SCHEMAS[table].names).cast(_SCHEMAS[table])


def _merged(old: pa.Table, new: list[pa.Table], points: int) -> list[pa.Table]:
    """Return the rows of a part and those that replace or join them, in the order of runs."""
    tables = {_run(table, points): table for table in new if table.num_rows}
    runs = np.asarray(old["replicate"]).astype(np.int64) * points + np.asarray(old["point"])
    for run in np.unique(runs).tolist():
        tables.setdefault(run, old.filter(pc.equal(pa.array(runs), run)))
    return [tables[run] for run in sorted(tables)]


def _run(table: pa.Table, points: int) -> int:
    replicate, point = table["replicate"][0].as_py(), table["point"][0].as_py()
    return int(replicate) * points + int(point)
