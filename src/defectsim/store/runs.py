"""The table of runs: what was planned for each, and what came of it."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow as pa
from polars.exceptions import PolarsError

from defectsim.core.errors import StudyDamagedError
from defectsim.store.schema import FOUND, PENDING, arrow_schema, text_schema, typed

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
