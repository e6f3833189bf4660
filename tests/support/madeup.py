"""Runs of studies, made up."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from defectsim.store.schema import FOUND

OUTCOMES = (
    "strength",
    "deserted",
    "defected",
    "generals_defected",
    "share_defected",
    "outcome",
    "fell",
    "loyal_share",
    "capital",
    "arrested",
    "attempts",
)


def run(replicate: int, *, point: int = 0, status: str = "done", **values: Any) -> dict[str, Any]:
    """Return a run in which nothing happened but for `values`: what varies, and outcomes."""
    quiet = {
        "strength": 1000,
        "outcome": "survives",
        "fell": None,
        "capital": None,
        "loyal_share": 1.0,
    }
    done = {name: values.pop(name, quiet.get(name, 0)) for name in OUTCOMES}
    came = done if status == "done" else dict.fromkeys(OUTCOMES)
    fell = (
        {"fell": dt.date(2019, 3, 1)} if came["outcome"] not in (None, "survives", "split") else {}
    )
    return {
        "point": point,
        "replicate": replicate,
        **values,
        "seed": "1",
        "status": status,
        **came,
        **fell,
    }


def frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return runs as a study stores them."""
    types = {name: FOUND[name] for name in OUTCOMES}
    return pl.DataFrame(rows, schema_overrides=types, infer_schema_length=None).sort(
        "replicate", "point"
    )


def compared(**outcomes: tuple[Sequence[Any], Sequence[Any]]) -> pl.DataFrame:
    """Return the runs of two scenarios, ``base`` and ``other``, with each outcome's values by replicate."""
    rows = [
        run(
            replicate,
            point=point,
            scenario=name,
            **{key: values[point][replicate] for key, values in outcomes.items()},
        )
        for point, name in enumerate(("base", "other"))
        for replicate in range(len(next(iter(outcomes.values()))[point]))
    ]
    return frame(rows)
