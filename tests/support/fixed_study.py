"""A small study whose every number is plain to see: six runs, four weeks, a hundred soldiers and ten generals.

In week t of run r there are t deserters among the soldiers and r t who have defected; in runs 4 and 5 one general
defects in week 2, and in run 5 the regime falls by a coup in week 2.
"""

import datetime as dt
from typing import Any

import polars as pl

from defectsim.model.transitions import STATUSES
from defectsim.store import StoredStudy
from defectsim.store.schema import FOUND, PLANNED

START = dt.date(2018, 1, 1)
RUNS, WEEKS = 6, 4
SOLDIERS, GENERALS = 100, 10


def week(number: int) -> dt.date:
    return START + dt.timedelta(weeks=number)


def fixed_study(runs: int = RUNS, **manifest: Any) -> StoredStudy:
    """Return the study, or the first of its runs."""
    tables = {
        "runs": _runs(runs),
        "series": pl.DataFrame(
            [row for run in range(runs) for number in range(WEEKS) for row in _counts(run, number)]
        ),
        "events": pl.DataFrame([row for run in range(runs) for row in _events(run)]),
    }
    about = {"scenario": "fixed", "seed": "1", "question": "Does it hold?", "failed": 0}
    return StoredStudy.of({**about, **manifest}, tables)


def _runs(runs: int) -> pl.DataFrame:
    counts = {name: 0 for name, dtype in FOUND.items() if dtype in (pl.Int64, pl.Float64)}
    rows = [
        {
            **{"point": 0, "replicate": run, "seed": "1", "key": str(run), **counts},
            **{"status": "done", "error": None, "hash": "", "strength": SOLDIERS + GENERALS},
            "deserted": WEEKS - 1,
            "defected": run * (WEEKS - 1) + (run >= 4),
            "generals_defected": int(run >= 4),
            "outcome": "coup" if run == 5 else "survives",
            "fell": week(2) if run == 5 else None,
        }
        for run in range(runs)
    ]
    schema = {**PLANNED, **FOUND}
    return pl.DataFrame(rows, schema_overrides=schema).select(*schema)


def _counts(run: int, number: int) -> list[dict[str, Any]]:
    place = {"point": 0, "replicate": run, "date": week(number), "branch": "army"}
    left = {"deserted": number, "defected": run * number}
    general = {"defected": int(run >= 4 and number >= 2)}
    return [
        {
            **{**place, "rank": rank, "recorded": 0, "doubting": 0, **dict.fromkeys(STATUSES, 0)},
            **gone,
            "loyal": strength - sum(gone.values()),
        }
        for rank, strength, gone in (("enlisted", SOLDIERS, left), ("general", GENERALS, general))
    ]


def _events(run: int) -> list[dict[str, Any]]:
    """Return the events behind the counts; soldiers are numbered in the order in which they leave."""
    ways = [
        (number, status)
        for number in range(1, WEEKS)
        for status in ["deserted", *["defected"] * run]
    ]
    rows = [
        _event(run, number, f"army-{place}", "enlisted", status, "army company 1")
        for place, (number, status) in enumerate(ways, 1)
    ]
    if run >= 4:
        rows.append(_event(run, 2, "army-general-1", "general", "defected", "army brigade 1"))
    return rows


def _event(run: int, number: int, agent: str, rank: str, status: str, unit: str) -> dict[str, Any]:
    return {
        **{"point": 0, "replicate": run, "date": week(number), "agent": agent, "rank": rank},
        **{"branch": "army", "unit": unit, "status_from": "loyal", "status_to": status},
        "cause": "decision",
    }
