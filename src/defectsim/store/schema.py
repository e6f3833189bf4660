"""The columns of a study's tables, and their types on disk."""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from defectsim.core.formatting import EVERYONE, QUANTILES
from defectsim.model.outcomes import OUTCOMES, RESULTS
from defectsim.model.transitions import (
    CAUSES,
    COUNTED_AT_END,
    DECIDED,
    LOSSES,
    RANKS,
    RECORDED,
    STATUSES,
)

_NAME, _RANK, _STATUS = pl.Categorical(), pl.Enum(RANKS), pl.Enum(STATUSES)
PENDING, DONE, FAILED = "pending", "done", "failed"
COUNTS = (*STATUSES, RECORDED, "doubting")
"""Columns of a series that count people."""
RUN = {"point": pl.Int32(), "replicate": pl.Int32()}
"""Columns that identify the run of a row."""

PLANNED = pl.Schema({**RUN, "seed": pl.String(), "key": pl.String()})
"""Columns of a planned run; what varies between points stands between `replicate` and `seed`."""
FOUND = pl.Schema(
    {
        "status": pl.Enum([PENDING, DONE, FAILED]),
        **dict.fromkeys(("error", "hash"), pl.String()),
        **dict.fromkeys(("strength", *LOSSES, "generals_defected"), pl.Int64()),
        "share_defected": pl.Float64(),
        "outcome": pl.Enum(OUTCOMES),
        "fell": pl.Date(),
        "loyal_share": pl.Float64(),
        "recruits": pl.Int64(),
        "capital": pl.Float64(),
        **dict.fromkeys((*COUNTED_AT_END, "attempts", "failed_attempts", "casualties"), pl.Int64()),
        "stranded": pl.Float64(),
    }
)
"""Columns of the result of a run; outcomes of scenarios' own come after them."""


def own_columns(kinds: Mapping[str, str]) -> pl.Schema:
    """Return the columns of outcomes of scenarios' own, by their kinds: a chance, or a number."""
    return pl.Schema(
        {name: pl.Boolean() if kind == "chance" else pl.Float64() for name, kind in kinds.items()}
    )


def results(runs: pl.DataFrame) -> pl.Schema:
    """Return the columns of results that a table of runs has, or will have when they are run."""
    known = {*PLANNED, *FOUND}
    after = runs.columns[runs.columns.index("key") + 1 :] if "key" in runs.columns else []
    return pl.Schema({**FOUND, **{name: runs.schema[name] for name in after if name not in known}})


_AFTER_DATE: dict[str, dict[str, pl.DataType]] = {
    "series": {"branch": _NAME, "rank": _RANK, **dict.fromkeys(COUNTS, pl.Int32())},
    "events": {
        "agent": _NAME,
        "rank": _RANK,
        "branch": _NAME,
        "unit": _NAME,
        "status_from": _STATUS,
        "status_to": _STATUS,
        "cause": pl.Enum(CAUSES),
    },
    "causes": {
        "agent": _NAME,
        "rank": _RANK,
        "branch": _NAME,
        "status_to": _STATUS,
        "cause": pl.Enum(CAUSES),
        "instigator": _NAME,
        "changed": _NAME,
        "changed_on": pl.Date(),
    },
    "hazards": {
        "branch": _NAME,
        "rank": _RANK,
        "transition": pl.Enum([*DECIDED]),
        "transitions": pl.Int64(),
        "hazard": pl.Float64(),
        "person_years": pl.Float64(),
    },
    "observations": {"observer": _NAME, "name": _NAME, "value": pl.Float64()},
    "attempts": {
        "members": pl.Int64(),
        "joined": pl.Float64(),
        "resisting": pl.Float64(),
        "result": pl.Enum(RESULTS),
        "casualties": pl.Int64(),
    },
}
TABLES: Mapping[str, pl.Schema] = {
    name: pl.Schema({**RUN, "date": pl.Date(), **columns}) for name, columns in _AFTER_DATE.items()
}
"""Tables besides runs.parquet, each in a folder of parts."""
COUNTED = (*COUNTS, "effective")
"""Quantities of the bands; *effective* is the effective loyal strength of `model.outcomes`."""
BANDS = pl.Schema(
    {
        "point": RUN["point"],
        "date": pl.Date(),
        "branch": _NAME,
        "rank": pl.Enum([*RANKS, EVERYONE]),
        "counted": pl.Enum(COUNTED),
        "runs": pl.Int32(),
        **dict.fromkeys(QUANTILES, pl.Float64()),
    }
)
"""Columns of quantiles over the runs of each point; see `store.quantile_tables`."""
READ: Mapping[str, pl.Schema] = {**TABLES, "bands": BANDS}
"""All tables besides runs.parquet."""


def text_schema(schema: pl.Schema) -> pl.Schema:
    """Return a schema with categories as text, since their codes differ between processes."""
    categories = (pl.Enum, pl.Categorical)
    return pl.Schema(
        (name, pl.String() if isinstance(dtype, categories) else dtype)
        for name, dtype in schema.items()
    )


def arrow_schema(schema: pl.Schema) -> pa.Schema:
    """Return the Arrow schema of a table's files."""
    empty = pl.DataFrame(schema=text_schema(schema))
    fields = empty.to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return pa.schema(
        (field.name, pa.string() if field.type == pa.large_string() else field.type)
        for field in fields
    )


def typed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return a frame with the columns and types of a schema."""
    return frame.select(*schema).cast(schema)
