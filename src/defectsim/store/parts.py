"""Parts: Parquet files that hold one table of a fixed number of runs each.

A part is written atomically, some runs at a time, so that memory stays bounded. Its rows are in
the order of runs, and its row groups end where a run does, so that its bytes do not depend on how
often it was added to.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.exceptions import PolarsError

from defectsim.core.errors import StudyDamagedError
from defectsim.engine.records.payload import unpack
from defectsim.store.files import atomic_write
from defectsim.store.schema import FOUND, PENDING, RUN, TABLES, arrow_schema, text_schema, typed

RUNS_PER_PART = 256
ROWS_PER_GROUP = 1 << 17
"""Rows with which a row group ends, together with the run that reaches them."""
_STATISTICS = (*RUN, "date")
"""Columns by which readers skip row groups."""
_SCHEMAS = {name: arrow_schema(schema) for name, schema in TABLES.items()}

type RunRows = tuple[int, pa.Table]
"""A run and its rows, without the columns that identify the run."""


def part_path(folder: Path, table: str, part: int) -> Path:
    """Return the path of a part of a table."""
    return folder / table / f"part-{part:05d}.parquet"


def write_part(
    folder: Path, table: str, part: int, points: int, packed: Iterable[tuple[int, bytes]]
) -> None:
    """Add runs to a part, in place of their earlier rows; nothing is written without runs.

    Parameters
    ----------
    points
        Number of points of the study: run r is replicate r // points of point r % points.
    packed
        Runs in order, each with its rows as `engine.records.payload` packs them.
    """
    target = part_path(folder, table, part)
    new = ((run, unpack(rows)) for run, rows in packed)
    if (first := next(new, None)) is None:
        return
    with closing(_stored(target, points)) as old:
        groups = _groups(_merged(chain([first], new), old))
        tables = (labelled(group, points, table) for group in groups)
        write_groups(_SCHEMAS[table], tables, target)


def labelled(runs: Sequence[RunRows], points: int, table: str) -> pa.Table:
    """Return the rows of runs as one table, with the columns that identify each run."""
    schema, tables = _SCHEMAS[table], [rows for _, rows in runs]
    numbers = np.array([run for run, _ in runs]).repeat([rows.num_rows for rows in tables])
    unlabelled = pa.schema(field for field in schema if field.name not in RUN)
    same_schema = (
        pa.concat_tables(some).unify_dictionaries().combine_chunks()
        for _, some in groupby(tables, attrgetter("schema"))
    )
    rows = pa.concat_tables(
        some.select(unlabelled.names).cast(unlabelled) for some in same_schema
    ).combine_chunks()
    identity = (
        pa.array(column.astype(np.int32)) for column in (numbers % points, numbers // points)
    )
    return pa.table([*identity, *rows.columns], schema=schema)


def _stored(target: Path, points: int) -> Generator[RunRows]:
    """Yield the rows of each run in a part, with one row group in memory at a time."""
    if not target.exists():
        return
    with pq.ParquetFile(target) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            replicates, point = (np.asarray(rows[name]) for name in ("replicate", "point"))
            runs = replicates.astype(np.int64) * points + point
            firsts = np.flatnonzero(np.diff(runs, prepend=-1)).tolist()
            for first, end in zip(firsts, [*firsts[1:], len(runs)], strict=True):
                yield int(runs[first]), rows.drop([*RUN]).slice(first, end - first)


def _merged(new: Iterable[RunRows], old: Iterable[RunRows]) -> Iterator[RunRows]:
    """Yield the rows of all runs in order, preferring new ones."""
    last = None
    for run, rows in merge(new, old, key=itemgetter(0)):
        if run != last:
            yield run, rows
        last = run


def _groups(runs: Iterable[RunRows]) -> Iterator[list[RunRows]]:
    """Yield the runs of each row group."""
    group: list[RunRows] = []
    count = 0
    for run, rows in runs:
        group.append((run, rows))
        count += rows.num_rows
        if count >= ROWS_PER_GROUP:
            yield group
            group, count = [], 0
    if count:
        yield group


def write_groups(schema: pa.Schema, groups: Iterable[pa.Table], target: Path) -> None:
    """Write a Parquet file atomically, a table a row group; nothing is written without groups."""
    writer: pq.ParquetWriter | None = None
    with atomic_write(target) as temporary:
        try:
            for group in groups:
                writer = writer or _writer(temporary, schema)
                writer.write_table(group, row_group_size=max(group.num_rows, 1))
        finally:
            if writer:
                writer.close()


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    repetitive = (pa.string(), pa.date32())
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=[field.name for field in schema if field.type in repetitive],
        write_statistics=[name for name in _STATISTICS if name in schema.names],
    )


FILE = "runs.parquet"
SECONDS = "seconds"
"""Duration of a run, which the journal and the manifest keep, but no table."""
_AS_TEXT = pl.Schema(
    {name: pl.String() if dtype == pl.Date else dtype for name, dtype in text_schema(FOUND).items()}
)

type FoundRow = tuple[int, str]
"""A finished run and its row as JSON."""


def runs_table(planned: pl.DataFrame, found: Iterable[FoundRow]) -> pl.DataFrame:
    """Return a row a planned run, with what came of those that are finished."""
    finished = pl.DataFrame(
        list(found), schema={"run": pl.Int64(), "row": pl.String()}, orient="row"
    )
    rows = finished.select("run", pl.col("row").str.json_decode(pl.Struct(_AS_TEXT))).unnest("row")
    results = typed(
        rows.with_columns(pl.col("fell").str.to_date()), pl.Schema({"run": pl.Int64(), **FOUND})
    )
    numbered = planned.with_row_index("run").cast({"run": pl.Int64})
    joined = numbered.join(results, on="run", how="left", maintain_order="left").drop("run")
    return joined.with_columns(pl.col("status").fill_null(PENDING))


def to_arrow(table: pl.DataFrame) -> pa.Table:
    """Return the table as its file holds it."""
    arrow = table.cast(text_schema(table.schema)).to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.cast(arrow_schema(table.schema))


def planned_and_found(table: pl.DataFrame) -> tuple[pl.DataFrame, list[FoundRow]]:
    """Split the table into what was planned and what came of the finished runs."""
    finished = table.with_row_index("run").filter(pl.col("status") != PENDING)
    rows = finished.select(pl.struct(list(FOUND))).to_series().struct.json_encode()
    return table.drop(list(FOUND)), list(zip(finished["run"], rows, strict=True))


def read_runs(folder: Path) -> pl.DataFrame:
    """Return the stored table of runs."""
    path = folder / FILE
    try:
        table = pl.read_parquet(path, glob=False)
    except (FileNotFoundError, PolarsError) as error:
        raise StudyDamagedError(
            f"{path} cannot be read ({error}): run the study again with --overwrite"
        ) from error
    return typed(table, pl.Schema({**table.schema, **FOUND}))
