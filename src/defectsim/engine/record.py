"""One life as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.core.statuses import CAUSES, RANKS, STATUSES, Rank, Status
from defectsim.engine.ending import came_of, coup, ended
from defectsim.engine.recorded import struck_off
from defectsim.engine.setting import Engine, Events

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
_SEEN = pa.schema([("date", pa.date32()), ("observer", pa.string()), ("name", pa.string()), ("value", pa.float64())])


@dataclass(frozen=True)
class Record:
    """What one life leaves behind.

    Attributes
    ----------
    run
        What came of it in the end, as in a row of runs.parquet.
    tables
        ``series``: people by date, branch, rank and status; of these, deserters struck off, and people who privately
        doubt. ``events``: every change of status. ``observations``: what observers saw. ``attempts``: attempts to
        overthrow the ruler. Tables that the scenario does not record are not there.
    """

    run: dict[str, object]
    tables: dict[str, pa.Table]


def record(engine: Engine, replicate: int) -> Record:
    """Return what a life that has been lived leaves behind."""
    events = engine.events
    recorded = struck_off(engine, events, replicate, coup(engine) or engine.setting.clock.steps)
    tables = {
        "series": _series(engine, recorded),
        "observations": _rows(engine.observations, _SEEN),
        "attempts": _attempts(engine),
    }
    if engine.setting.keep_events:
        tables["events"] = _events(engine, events)
    return Record({**_totals(engine, recorded), **came_of(engine, events, ended(engine, events))}, tables)


def _rows(rows: list[Any], schema: pa.Schema) -> pa.Table:
    return pa.table([[row[place] for row in rows] for place in range(len(schema))], schema=schema)


def _attempts(engine: Engine) -> pa.Table:
    """Return attempts in their order; the date is that on which their consequences are counted."""
    clock = engine.setting.clock
    rows = [{"date": clock.date(one.decided + 1), **one._asdict()} for one in engine.attempts]
    return _rows([tuple(row[name] for name in _ATTEMPTS.names) for row in rows], _ATTEMPTS)


def _totals(engine: Engine, recorded: NDArray[np.int32]) -> dict[str, object]:
    end = engine.counts[-1]
    strength, defected = int(engine.counts[0].sum()), int(end[:, :, Status.DEFECTED].sum())
    return {
        "strength": strength,
        "deserted": int(end[:, :, Status.DESERTED].sum()),
        "recorded": int(recorded[-1].sum()),
        "defected": defected,
        "generals_defected": int(end[:, Rank.GENERAL, Status.DEFECTED].sum()),
        "share_defected": defected / strength,
    }


def _series(engine: Engine, recorded: NDArray[np.int32]) -> pa.Table:
    setting = engine.setting
    held = np.argwhere(setting.population.strength > 0)
    branch, rank = held[:, 0], held[:, 1]
    counts = engine.counts[:, branch, rank].reshape(-1, len(STATUSES))
    dates = len(engine.counts)
    return pa.table(
        {
            "date": _dates(engine, np.repeat(np.arange(dates), len(held))),
            "branch": _words(setting.population.branches, np.tile(branch, dates)),
            "rank": _words(RANKS, np.tile(rank, dates)),
            **{status: counts[:, code] for code, status in enumerate(STATUSES)},
            "recorded": recorded[:, branch, rank].ravel(),
            "doubting": engine.doubting[:, branch, rank].ravel(),
        }
    )


def _events(engine: Engine, events: Events) -> pa.Table:
    """Return events in the order of date and row; the date is that on which the change is counted."""
    population, row = engine.setting.population, events.row
    return pa.table(
        {
            "date": _dates(engine, events.step + 1),
            "agent": _words(population.ids, row),
            "rank": _words(RANKS, population.rank[row]),
            "branch": _words(population.branches, population.branch[row]),
            "unit": _words(population.units.names, population.unit[row]),
            "status_from": _words(STATUSES, events.start),
            "status_to": _words(STATUSES, events.end),
            "cause": _words(CAUSES, events.cause),
        }
    )


def _dates(engine: Engine, steps: NDArray[Any]) -> pa.Array:
    clock = engine.setting.clock
    days = np.datetime64(clock.start, "D").astype(np.int32) + steps * int(clock.step_days)
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def _words(names: Sequence[str] | pl.Series, codes: NDArray[Any]) -> pa.Array:
    """Return the name of each code."""
    if isinstance(names, pl.Series):
        return names.gather(codes).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
    return pa.array(names, pa.string()).take(pa.array(codes))
