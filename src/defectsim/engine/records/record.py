"""One life as tables."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.inputs import Engine, Events
from defectsim.engine.records.ending import coup, ended, outcome_columns, struck_off
from defectsim.model.transitions import CAUSES, LOSSES, RANKS, RECORDED, STATUSES, Rank, Status

_ATTEMPTS = pa.schema(
    [
        ("date", pa.date32()),
        ("members", pa.int64()),
        ("joined", pa.float64()),
        ("resisting", pa.float64()),
        ("result", pa.string()),
        ("casualties", pa.int64()),
    ]
)
_SEEN = pa.schema(
    [
        ("date", pa.date32()),
        ("observer", pa.string()),
        ("name", pa.string()),
        ("value", pa.float64()),
    ]
)


BANDED = "banded"
_KEPT_AS = {"full": "series", "quantiles": BANDED, "none": None}


@dataclass(frozen=True)
class RunRecord:
    """What one life leaves behind.

    Attributes
    ----------
    run
        What came of it in the end, as in a row of runs.parquet.
    tables
        ``series``: people by date, branch, rank and status; of these, deserters struck off, and people who privately
        doubt. ``events``: every change of status. ``observations``: what observers saw. ``attempts``: attempts to
        overthrow the ruler. Tables that the scenario does not record, or in which nothing is, are not there. Where only
        quantiles over runs are kept of the series, it is called `BANDED`.
    """

    run: dict[str, object]
    tables: dict[str, pa.Table]


def record(engine: Engine, replicate: int) -> RunRecord:
    """Return what a life that has been lived leaves behind."""
    events = engine.events
    recorded = struck_off(engine, events, replicate, coup(engine) or engine.inputs.clock.steps)
    tables = {}
    if kept := _KEPT_AS[engine.inputs.record.series]:
        tables[kept] = _series(engine, recorded)
    if engine.observations:
        tables["observations"] = _rows(engine.observations, _SEEN)
    if engine.attempts:
        tables["attempts"] = _attempts(engine)
    if engine.inputs.record.events and len(events.row):
        tables["events"] = _events(engine, events)
    return RunRecord(
        {**_totals(engine, recorded), **outcome_columns(engine, events, ended(engine, events))},
        tables,
    )


def _rows(rows: list[Any], schema: pa.Schema) -> pa.Table:
    return pa.table([[row[place] for row in rows] for place in range(len(schema))], schema=schema)


def _attempts(engine: Engine) -> pa.Table:
    """Return attempts in their order; the date is that on which their consequences are counted."""
    clock = engine.inputs.clock
    rows = [{"date": clock.date(one.decided + 1), **one._asdict()} for one in engine.attempts]
    return _rows([tuple(row[name] for name in _ATTEMPTS.names) for row in rows], _ATTEMPTS)


def _totals(engine: Engine, recorded: NDArray[np.int32]) -> dict[str, object]:
    end = engine.counts[-1]
    strength = int(engine.counts[0].sum())
    people = dict(zip(STATUSES, end.sum(axis=(0, 1)).tolist(), strict=True))
    people[RECORDED] = int(recorded[-1].sum())
    return {
        "strength": strength,
        **{name: people[name] for name in LOSSES},
        "generals_defected": int(end[:, Rank.GENERAL, Status.DEFECTED].sum()),
        "share_defected": people[str(Status.DEFECTED)] / strength,
    }


def _series(engine: Engine, recorded: NDArray[np.int32]) -> pa.Table:
    inputs = engine.inputs
    branch, rank = np.nonzero(inputs.population.strength)
    held = tuple(branch.tolist()), tuple(rank.tolist())
    dates = _thinned(inputs.clock.steps, int(inputs.record.every))
    at = np.array(dates)[:, None], branch, rank
    counts = np.ascontiguousarray(engine.counts[at].reshape(-1, len(STATUSES)).T)
    return pa.table(
        {
            **_places(inputs.clock, dates, inputs.population.branches, *held),
            **dict(zip(STATUSES, counts, strict=True)),
            RECORDED: recorded[at].ravel(),
            "doubting": engine.doubting[at].ravel(),
        }
    )


@cache
def _thinned(steps: int, every: int) -> tuple[int, ...]:
    """Return which dates are kept: every so many, the first and the last."""
    return tuple(sorted({*range(0, steps, every), steps}))


@lru_cache(maxsize=8)
def _places(
    clock: Clock,
    dates: tuple[int, ...],
    branches: tuple[str, ...],
    branch: tuple[int, ...],
    rank: tuple[int, ...],
) -> dict[str, pa.Array]:
    """Return what says of each row of a series to whom it belongs: the same in all lives of an army."""
    return {
        "date": _dates(clock, np.repeat(dates, len(branch))),
        "branch": _words(branches, np.tile(branch, len(dates))),
        "rank": _words(RANKS, np.tile(rank, len(dates))),
    }


def _events(engine: Engine, events: Events) -> pa.Table:
    """Return events in the order of date and row; the date is that on which the change is counted."""
    population, row = engine.inputs.population, events.row
    return pa.table(
        {
            "date": _dates(engine.inputs.clock, events.step + 1),
            "agent": population.arrow_ids.take(pa.array(row)),
            "rank": _words(RANKS, population.rank[row]),
            "branch": _words(population.branches, population.branch[row]),
            "unit": population.units.arrow_names.take(pa.array(population.unit[row])),
            "status_from": _words(STATUSES, events.start),
            "status_to": _words(STATUSES, events.end),
            "cause": _words(CAUSES, events.cause),
        }
    )


def _dates(clock: Clock, steps: NDArray[Any]) -> pa.Array:
    days = np.datetime64(clock.start, "D").astype(np.int32) + steps * int(clock.step_days)
    return pa.array(days.astype(np.int32)).view(pa.date32())


def _words(names: tuple[str, ...], codes: NDArray[Any]) -> pa.Array:
    """Return the name of each code, as codes and a dictionary."""
    return pa.DictionaryArray.from_arrays(codes.astype(np.int16), _dictionary(names))


@cache
def _dictionary(names: tuple[str, ...]) -> pa.Array:
    return pa.array(names, pa.string())
