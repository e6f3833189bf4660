"""What is known of each planned run: the table runs.parquet."""

import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow as pa
from polars.exceptions import PolarsError

from defectsim.core.errors import StudyDamagedError
from defectsim.store.schema import FOUND, PENDING, from_disk, on_disk, plain

FILE = "runs.parquet"
SECONDS = "seconds"
"""What of a finished run the journal knows, and then the manifest, but no table: how long it took."""
_AS_TEXT = pl.Schema(
    {name: pl.String() if dtype == pl.Date else dtype for name, dtype in plain(FOUND).items()}
)


def frame(planned: pl.DataFrame, found: Iterable[tuple[int, str]]) -> pl.DataFrame:
    """Return a row a planned run: what was planned, and what came of it, from the rows of finished runs as JSON."""
    run, text = (
        ([*column] for column in zip(*found, strict=True)) if (found := [*found]) else ([], [])
    )
    rows = pl.Series(text, dtype=pl.String).str.json_decode(pl.Struct(_AS_TEXT)).struct.unnest()
    done = rows.with_columns(pl.Series("run", run, dtype=pl.Int64), pl.col("fell").str.to_date())
    typed = from_disk(done, pl.Schema({"run": pl.Int64(), **FOUND}))
    numbered = planned.with_row_index("run").cast({"run": pl.Int64})
    joined = numbered.join(typed, on="run", how="left", maintain_order="left").drop("run")
    return joined.with_columns(pl.col("status").fill_null(PENDING))


def statuses_and_seconds(
    found: Iterable[tuple[int, str]],
) -> tuple[dict[int, str], dict[int, float]]:
    """Return the status of each finished run, and how long each took of which the journal was told."""
    statuses, seconds = {}, {}
    for run, text in found:
        row = json.loads(text)
        statuses[run] = row["status"]
        if SECONDS in row:
            seconds[run] = row[SECONDS]
    return statuses, seconds


def to_disk(table: pl.DataFrame) -> pa.Table:
    """Return the table as its file holds it."""
    schema = table.schema
    return (
        table.cast(plain(schema))
        .to_arrow(compat_level=pl.CompatLevel.oldest())
        .cast(on_disk(schema))
    )


def planned_and_found(table: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Return what was planned, and the rows of those runs that have ended, as JSON."""
    ended = table.with_row_index("run").filter(pl.col("status") != PENDING)
    rows = ended.select(pl.struct(list(FOUND))).to_series().struct.json_encode()
    return table.drop(list(FOUND)), list(zip(ended["run"].to_list(), rows.to_list(), strict=True))


def read(folder: Path) -> pl.DataFrame:
    """Return runs.parquet with the types of its columns."""
    path = folder / FILE
    try:
        table = pl.read_parquet(path, glob=False)
    except (FileNotFoundError, PolarsError) as error:
        raise StudyDamagedError(
            f"{path} cannot be read ({error}): run the study again with --overwrite"
        ) from error
    return from_disk(table, pl.Schema({**table.schema, **FOUND}))
