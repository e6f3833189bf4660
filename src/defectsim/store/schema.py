"""The columns of a study's tables, and how they lie on disk."""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from defectsim.core.statuses import CAUSES, RANKS, STATUSES
from defectsim.engine.outcome import OUTCOMES, RESULTS

_RANK = pl.Enum(RANKS)
_STATUS = pl.Enum(STATUSES)

RUNS = pl.Schema(
    {
        "replicate": pl.Int32(),
        "seed": pl.String(),
        "key": pl.String(),
        "status": pl.Enum(["done", "failed"]),
        "error": pl.String(),
        "strength": pl.Int64(),
        "deserted": pl.Int64(),
        "recorded": pl.Int64(),
        "defected": pl.Int64(),
        "generals_defected": pl.Int64(),
        "share_defected": pl.Float64(),
        "outcome": pl.Enum(OUTCOMES),
        "fell": pl.Date(),
        "loyal_share": pl.Float64(),
        "recruits": pl.Int64(),
        "capital": pl.Float64(),
        "shirking": pl.Int64(),
        "arrested": pl.Int64(),
        "dismissed": pl.Int64(),
        "retired": pl.Int64(),
        "attempts": pl.Int64(),
        "failed_attempts": pl.Int64(),
        "casualties": pl.Int64(),
        "stranded": pl.Float64(),
    }
)
SERIES = pl.Schema(
    {
        "replicate": pl.Int32(),
        "date": pl.Date(),
        "branch": pl.Categorical(),
        "rank": _RANK,
        **dict.fromkeys((*STATUSES, "recorded", "doubting"), pl.Int32()),
    }
)
EVENTS = pl.Schema(
    {
        "replicate": pl.Int32(),
        "date": pl.Date(),
        "agent": pl.Categorical(),
        "rank": _RANK,
        "branch": pl.Categorical(),
        "unit": pl.Categorical(),
        "status_from": _STATUS,
        "status_to": _STATUS,
        "cause": pl.Enum(CAUSES),
    }
)
OBSERVATIONS = pl.Schema(
    {
        "replicate": pl.Int32(),
        "date": pl.Date(),
        "observer": pl.Categorical(),
        "name": pl.Categorical(),
        "value": pl.Float64(),
    }
)
ATTEMPTS = pl.Schema(
    {
        "replicate": pl.Int32(),
        "date": pl.Date(),
        "members": pl.Int64(),
        "joined": pl.Float64(),
        "resisting": pl.Float64(),
        "result": pl.Enum(RESULTS),
        "casualties": pl.Int64(),
    }
)
TABLES: Mapping[str, pl.Schema] = {
    "runs": RUNS,
    "series": SERIES,
    "events": EVENTS,
    "observations": OBSERVATIONS,
    "attempts": ATTEMPTS,
}


def _is_category(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Enum | pl.Categorical)


def on_disk(schema: pl.Schema) -> pa.Schema:
    """Return the Arrow schema of a table's file, in which every category column is dictionary encoded."""
    plain = pl.DataFrame(schema={name: dtype for name, dtype in schema.items() if not _is_category(dtype)})
    types = {field.name: field.type for field in plain.to_arrow(compat_level=pl.CompatLevel.oldest()).schema}
    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([(name, types.get(name, words)) for name in schema])


def to_disk(frame: pl.DataFrame, schema: pl.Schema) -> pa.Table:
    """Return a frame as the Arrow table that its file holds.

    Words are numbered anew in order of first appearance: the numbers Polars gives them depend on what the
    process did before, and a file must not.
    """
    if set(frame.columns) != set(schema):
        raise ValueError(f"columns {frame.columns} where {list(schema)} were expected")
    words = pl.Schema({name: pl.String() if _is_category(dtype) else dtype for name, dtype in schema.items()})
    table: pa.Table = frame.select(*schema).cast(words).to_arrow(compat_level=pl.CompatLevel.oldest())
    return table.cast(on_disk(schema)).combine_chunks()


def from_disk(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return a frame read from a file with the types of its schema."""
    return frame.select(*schema).cast(schema)
