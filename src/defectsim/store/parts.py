"""Parts: Parquet files that hold one table of a fixed number of runs each.

A part is written atomically, some runs at a time, so that memory stays bounded. Its rows are in
the order of runs, and its row groups end where a run does, so that its bytes do not depend on how
often it was added to.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.exceptions import PolarsError

from defectsim.core.errors import StudyDamagedError
from defectsim.core.files import atomic_write
from defectsim.core.study_folder import RUNS_FILE
from defectsim.engine.records.payload import unpack
from defectsim.engine.records.record import number_array
from defectsim.store.schema import (
    FOUND,
    PENDING,
    PLANNED,
    RUN,
    TABLES,
    arrow_schema,
    results,
    text_schema,
    typed,
)

RUNS_PER_PART = 256
ROWS_PER_GROUP = 1 << 17
"""Rows with which a row group ends, together with the run that reaches them."""
_STATISTICS = (*RUN, "date")
"""Columns by which readers skip row groups."""
_PART = re.compile(r"(\w+)/part-(\d{5,9})\.parquet")
_REPETITIVE = (pa.string(), pa.date32())
_SCHEMAS = {name: arrow_schema(schema) for name, schema in TABLES.items()}

type RunRows = tuple[int, pa.Table]


def part_name(table: str, part: int) -> str:
    """Return the name of a part of a table, in the folder of its study."""
    return f"{table}/part-{part:05d}.parquet"


def table_part(name: str) -> tuple[str, int]:
    """Return the table and the number of the part that a file is; -1 if it is none."""
    found = _PART.fullmatch(name)
    return (found[1], int(found[2])) if found else ("", -1)


def runs_in(part: int) -> range:
    """Return the numbers of the runs that a part has room for."""
    return range(part * RUNS_PER_PART, (part + 1) * RUNS_PER_PART)


def write_part(
    folder: Path,
    table: str,
    part: int,
    points: int,
    packed: Iterable[tuple[int, bytes]],
    announce: Callable[[str], object] | None = None,
) -> None:
    """Add runs to a part, in place of their earlier rows; nothing is written without runs.

    Parameters
    ----------
    points
        Number of points of the study: run r is replicate r // points of point r % points.
    packed
        Runs in order, each with its rows as `engine.records.payload` packs them.
    announce
        Called with the hash of the new file before it replaces the old one.
    """
    target = folder / part_name(table, part)
    waiting = iter(packed)
    if (first := next(waiting, None)) is None:
        return
    runs = chain([first], waiting)
    new = ((run, _unpacked(run, rows, points, table)) for run, rows in runs)
    with closing(_stored(target, points)) as old:
        same_run = groupby(merge(new, old, key=itemgetter(0)), itemgetter(0))
        newest = (next(versions) for _, versions in same_run)
        write_groups(_SCHEMAS[table], _groups(newest), target, announce)


def _unpacked(run: int, rows: bytes, points: int, table: str) -> pa.Table:
    try:
        return labelled(run, unpack(rows), points, table)
    except (KeyError, OSError, pa.ArrowException) as error:
        raise StudyDamagedError(
            f"the journal holds something else than {table} of run {run} ({error}): move "
            "journal.db away, and run again what was in it with `defectsim resume`"
        ) from error


def labelled(run: int, rows: pa.Table, points: int, table: str) -> pa.Table:
    """Return the rows of a run as they are stored, with the columns that identify it."""
    for name, number in zip(RUN, (run % points, run // points), strict=True):
        column = number_array(np.full(len(rows), number, np.int32))
        rows = rows.append_column(name, column)
    return rows.select(_SCHEMAS[table].names).cast(_SCHEMAS[table])


def _stored(target: Path, points: int) -> Generator[RunRows]:
    """Yield the rows of each run in a part, with one row group in memory at a time."""
    if not target.exists():
        return
    with pq.ParquetFile(target) as file:
        if file.schema_arrow.names != _SCHEMAS[target.parent.name].names:
            raise StudyDamagedError(
                f"{target} holds another table: remove it, and `defectsim resume` makes it again"
            )
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            replicates, point = (np.asarray(rows[name]) for name in ("replicate", "point"))
            runs = replicates.astype(np.int64) * points + point
            firsts = np.flatnonzero(np.diff(runs, prepend=-1)).tolist()
            for first, end in zip(firsts, [*firsts[1:], len(runs)], strict=True):
                yield int(runs[first]), rows.slice(first, end - first)


def _groups(runs: Iterable[RunRows]) -> Iterator[pa.Table]:
    group: list[pa.Table] = []
    count = 0
    for _, rows in runs:
        group.append(rows)
        count += len(rows)
        if count >= ROWS_PER_GROUP:
            yield pa.concat_tables(group).combine_chunks()
            group, count = [], 0
    if count:
        yield pa.concat_tables(group).combine_chunks()


def write_groups(
    schema: pa.Schema,
    groups: Iterable[pa.Table],
    target: Path,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Write a Parquet file atomically, a table a row group; nothing is written without groups."""
    waiting = iter(groups)
    if (first := next(waiting, None)) is None:
        return
    options = {
        "compression": "zstd",
        "use_dictionary": [field.name for field in schema if field.type in _REPETITIVE],
        "write_statistics": [name for name in _STATISTICS if name in schema.names],
    }
    with (
        atomic_write(target, announce) as file,
        pq.ParquetWriter(file, schema, **options) as writer,
    ):
        for group in chain([first], waiting):
            writer.write_table(group, row_group_size=max(len(group), 1))


SECONDS = "seconds"
"""Duration of a run, which the journal and the manifest keep, but no table."""

type FoundRow = tuple[int, str]
"""A finished run and its row as JSON."""


def runs_table(planned: pl.DataFrame, found: Iterable[FoundRow]) -> pl.DataFrame:
    """Return a row a planned run, with the results of finished runs."""
    schema = results(planned)
    as_text = text_schema(schema).items()
    decoded = pl.Struct({name: pl.String() if kind == pl.Date else kind for name, kind in as_text})
    finished = pl.DataFrame(
        list(found), schema={"run": pl.Int64(), "row": pl.String()}, orient="row"
    )
    rows = finished.select("run", pl.col("row").str.json_decode(decoded)).unnest("row")
    found_rows = typed(
        rows.with_columns(pl.col("fell").str.to_date()), pl.Schema({"run": pl.Int64(), **schema})
    )
    numbered = planned.drop(schema, strict=False).with_row_index("run").cast({"run": pl.Int64})
    joined = numbered.join(found_rows, on="run", how="left", maintain_order="left").drop("run")
    return joined.with_columns(pl.col("status").fill_null(PENDING))


def to_arrow(table: pl.DataFrame) -> pa.Table:
    """Return the table as its file holds it."""
    arrow = table.cast(text_schema(table.schema)).to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.cast(arrow_schema(table.schema))


def planned_and_found(table: pl.DataFrame) -> tuple[pl.DataFrame, list[FoundRow]]:
    """Split the table of runs into the planned ones and the results of finished ones."""
    schema = results(table)
    finished = table.with_row_index("run").filter(pl.col("status") != PENDING)
    rows = finished.select(pl.struct(list(schema))).to_series().struct.json_encode()
    own = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in FOUND]
    return table.drop(list(FOUND)).with_columns(own), list(zip(finished["run"], rows, strict=True))


def read_runs(folder: Path, varies: Iterable[str] | None = None) -> pl.DataFrame:
    """Return the stored table of runs.

    Parameters
    ----------
    varies
        Columns of what varies; default: all that the table has.
    """
    path = folder / RUNS_FILE
    always = {**PLANNED, **FOUND}
    try:
        table = _read(path)
        schema = results(table)
        others = [name for name in table.columns if name not in {**always, **schema}]
        types = {
            name: _varied_type(table.schema[name])
            for name in (others if varies is None else varies)
        }
        *run, seed, key = PLANNED.items()
        return typed(table, pl.Schema([*run, *types.items(), seed, key, *schema.items()]))
    except (OSError, KeyError, pa.ArrowException, PolarsError) as error:
        raise StudyDamagedError(
            f"{path} cannot be read as the runs of a study ({error}): run the study again with "
            "--overwrite"
        ) from error


def read_part(path: Path, schema: pl.Schema) -> pl.DataFrame:
    """Return the rows of a part, which may have been changed."""
    return typed(_read(path), schema)


def _read(path: Path) -> pl.DataFrame:
    """Read a table by pyarrow, which survives damage that polars reports as a fault of its own."""
    with pq.ParquetFile(path, memory_map=False) as file:  # read_table() would import pandas
        return pl.DataFrame(file.read())


def _varied_type(dtype: pl.DataType) -> pl.DataType:
    """Return the type of what varies: a number, true or false, or text for all else."""
    return dtype if dtype.is_numeric() or dtype == pl.Boolean() else pl.String()
