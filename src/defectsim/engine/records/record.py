"""Record of one run, as a row and tables."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.events import Events
from defectsim.engine.protocol import Engine
from defectsim.engine.records.causes import LABELS, causes_of
from defectsim.engine.records.hazards import hazard_table
from defectsim.engine.records.outcome import coup_date, outcome_columns, struck_off
from defectsim.engine.records.own_outcomes import own_outcomes
from defectsim.model.transitions import CAUSES, LOSSES, RANKS, RECORDED, STATUSES, Rank, Status
from defectsim.population.units import NOBODY

BANDED = "banded"
"""Name of the series of which only quantiles over runs are kept."""
_SERIES_AS = {"full": "series", "quantiles": BANDED, "none": None}


@dataclass(frozen=True)
class RunRecord:
    """The record of one run.

    Of its tables, ``series`` has people by date, branch, rank and status; of these, deserters struck
    off, and people who privately doubt. It is called `BANDED` where only quantiles are kept.
    ``events`` has every change of status, ``causes`` who or what brought it about, ``hazards`` the
    cumulative hazards of people, ``observations`` numbers from observers, and ``attempts`` attempts
    on the ruler. Tables that are empty, or that
    the scenario does not record, are missing.
    """

    run: dict[str, object]
    """Its row of runs.parquet."""
    tables: dict[str, pa.Table]


def record(engine: Engine, replicate: int) -> RunRecord:
    """Return the record of a run that has ended."""
    events, recording = engine.events, engine.inputs.record
    recorded = struck_off(engine, events, replicate, coup_date(engine) or engine.inputs.clock.steps)
    tables = {}
    if series := _SERIES_AS[recording.series]:
        tables[series] = _series(engine, recorded)
    if engine.observations:
        rows = [observation._asdict() for observation in engine.observations]
        tables["observations"] = pa.Table.from_pylist(rows)
    if engine.attempts:
        clock = engine.inputs.clock
        rows = [{"date": clock.date(one.decided + 1), **one._asdict()} for one in engine.attempts]
        tables["attempts"] = pa.Table.from_pylist(rows).drop_columns(["step", "decided"])
    if (recording.events or recording.causes) and len(events.row):
        people = _people(engine, events)
        if recording.events:
            tables["events"] = _events(engine, events, people)
        if recording.causes:
            tables["causes"] = _causes(engine, events, people)
    if recording.hazards:
        tables["hazards"] = hazard_table(engine)
    run = {**_totals(engine, recorded), **outcome_columns(engine, events)}
    return RunRecord({**run, **own_outcomes(engine, recorded)}, tables)


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
    strata = tuple(branch.tolist()), tuple(rank.tolist())
    steps, every = inputs.clock.steps, int(inputs.record.every)
    dates = tuple(sorted({*range(0, steps, every), steps}))
    at = np.array(dates)[:, None], branch, rank
    counts = np.ascontiguousarray(engine.counts[at].reshape(-1, len(STATUSES)).T)
    return pa.table(
        {
            **_series_index(inputs.clock, dates, inputs.population.branches, *strata),
            **dict(zip(STATUSES, map(number_array, counts), strict=True)),
            RECORDED: number_array(recorded[at].ravel()),
            "doubting": number_array(engine.doubting[at].ravel()),
        }
    )


@lru_cache(maxsize=8)
def _series_index(
    clock: Clock,
    dates: tuple[int, ...],
    branches: tuple[str, ...],
    branch: tuple[int, ...],
    rank: tuple[int, ...],
) -> dict[str, pa.Array]:
    """Return date, branch and rank of a series' rows, the same in all runs."""
    return {
        "date": _dates(clock, np.repeat(dates, len(branch))),
        "branch": _names(branches, np.tile(branch, len(dates))),
        "rank": _names(RANKS, np.tile(rank, len(dates))),
    }


def _events(engine: Engine, events: Events, people: dict[str, pa.Array]) -> pa.Table:
    """Return events by date and row; a change is dated when it is counted."""
    population = engine.inputs.population
    units = pl.Series(population.units.names)
    return pa.table(
        {
            **people,
            "unit": _texts(units.gather(population.unit[events.row])),
            "status_from": _names(STATUSES, events.start),
            "status_to": _names(STATUSES, events.end),
            "cause": _names(CAUSES, events.cause),
        }
    )


def _causes(engine: Engine, events: Events, people: dict[str, pa.Array]) -> pa.Table:
    """Return the causes of events, in the order of `_events`."""
    found = causes_of(engine, events)
    known = np.flatnonzero(found.instigator != NOBODY)
    names = engine.inputs.population.names(found.instigator[known])
    instigators = pl.Series([None], dtype=pl.String).new_from_index(0, len(events.row))
    since = pl.Series(_dates(engine.inputs.clock, found.since))
    return pa.table(
        {
            **people,
            "status_to": _names(STATUSES, events.end),
            "cause": _names(CAUSES, events.cause),
            "instigator": _texts(instigators.scatter(known, names)),
            "changed": _texts(LABELS.gather(found.changed)),
            "changed_on": since.set(pl.Series(found.changed == 0), None).to_arrow(),
        }
    )


def _people(engine: Engine, events: Events) -> dict[str, pa.Array]:
    """Return the columns of events that say who changed status, and when that is counted."""
    population, row = engine.inputs.population, events.row
    return {
        "date": _dates(engine.inputs.clock, events.step + 1),
        "agent": _texts(population.names(row)),
        "rank": _names(RANKS, population.rank[row]),
        "branch": _names(population.branches, population.branch[row]),
    }


def number_array(values: NDArray[Any], kind: pa.DataType | None = None) -> pa.Array:
    """Return numbers as an Arrow array of their type, or of another one of the same size.

    It is made of their buffer: pyarrow's own functions import pandas.
    """
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    kind = kind or pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, buffer])


def _texts(names: pl.Series) -> pa.StringArray:
    return names.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


def _dates(clock: Clock, steps: NDArray[Any]) -> pa.Array:
    days = np.datetime64(clock.start, "D").astype(np.int32) + steps * int(clock.step_days)
    return number_array(days.astype(np.int32), pa.date32())


def _names(names: tuple[str, ...], codes: NDArray[Any]) -> pa.Array:
    indices = number_array(codes.astype(np.int16))
    return pa.DictionaryArray.from_arrays(indices, _texts(pl.Series(names)))
