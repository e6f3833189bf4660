"""One life as tables."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.core.statuses import CAUSES, RANKS, STATUSES, Rank, Status
from defectsim.engine.ending import came_of, coup, ended
from defectsim.engine.recorded import struck_off
from defectsim.engine.setting import Engine, Events

_ATTEMPTS: dict[str, Any] = {
    "replicate": pl.Int32(),
    "date": pl.Date(),
    "members": pl.Int64(),
    "joined": pl.Float64(),
    "resisting": pl.Float64(),
    "result": pl.String(),
    "casualties": pl.Int64(),
}
_SEEN = {"date": pl.Date(), "observer": pl.String(), "name": pl.String(), "value": pl.Float64()}


@dataclass(frozen=True)
class Record:
    """What one life leaves behind.

    Attributes
    ----------
    run
        What came of it in the end, as in a row of runs.parquet.
    series
        People by date, branch, rank and status; of these, deserters struck off, and people who privately doubt.
    events
        Every change of status, or None where the scenario does not record them.
    observations
        What observers saw.
    attempts
        Attempts to overthrow the ruler.
    """

    run: dict[str, object]
    series: pl.DataFrame
    events: pl.DataFrame | None
    observations: pl.DataFrame
    attempts: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables, by name, that there are."""
        tables = {"series": self.series, "observations": self.observations, "attempts": self.attempts}
        return tables if self.events is None else {**tables, "events": self.events}


def record(engine: Engine, replicate: int) -> Record:
    """Return the tables of a life that has been lived."""
    events = engine.events
    recorded = struck_off(engine, events, replicate, coup(engine) or engine.setting.clock.steps)
    return Record(
        run={**_totals(engine, recorded), **came_of(engine, events, ended(engine, events))},
        series=_series(engine, replicate, recorded),
        events=_events(engine, events, replicate) if engine.setting.keep_events else None,
        observations=_observations(engine, replicate),
        attempts=_attempts(engine, replicate),
    )


def _observations(engine: Engine, replicate: int) -> pl.DataFrame:
    seen = pl.DataFrame(engine.observations, schema=_SEEN, orient="row")
    return seen.select(pl.lit(replicate, pl.Int32).alias("replicate"), pl.all())


def _attempts(engine: Engine, replicate: int) -> pl.DataFrame:
    """Return attempts in their order; the date is that on which their consequences are counted."""
    clock = engine.setting.clock
    rows = [{"replicate": replicate, "date": clock.date(one.decided + 1), **one._asdict()} for one in engine.attempts]
    return pl.DataFrame(rows, schema=_ATTEMPTS)


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


def _series(engine: Engine, replicate: int, recorded: NDArray[np.int32]) -> pl.DataFrame:
    setting = engine.setting
    held = np.argwhere(setting.population.strength > 0)
    branch, rank = held[:, 0], held[:, 1]
    dates = setting.clock.dates()
    counts = engine.counts[:, branch, rank].reshape(-1, len(STATUSES))
    return pl.DataFrame(
        {
            "replicate": pl.repeat(replicate, len(counts), dtype=pl.Int32, eager=True),
            "date": pl.Series(dates, dtype=pl.Date).gather(np.repeat(np.arange(len(dates)), len(held))),
            "branch": pl.Series(setting.population.branches).gather(np.tile(branch, len(dates))),
            "rank": pl.Series(RANKS).gather(np.tile(rank, len(dates))),
            **{status: counts[:, code] for code, status in enumerate(STATUSES)},
            "recorded": recorded[:, branch, rank].ravel(),
            "doubting": engine.doubting[:, branch, rank].ravel(),
        }
    )


def _events(engine: Engine, events: Events, replicate: int) -> pl.DataFrame:
    """Return events in the order of date and row; the date is that on which the change is counted."""
    population, clock = engine.setting.population, engine.setting.clock
    return pl.DataFrame(
        {
            "replicate": pl.repeat(replicate, len(events.row), dtype=pl.Int32, eager=True),
            "date": pl.Series(clock.dates(), dtype=pl.Date).gather(events.step + 1),
            "agent": population.ids.gather(events.row),
            "rank": pl.Series(RANKS).gather(population.rank[events.row]),
            "branch": pl.Series(population.branches).gather(population.branch[events.row]),
            "unit": population.units.names.gather(population.unit[events.row]),
            "status_from": pl.Series(STATUSES).gather(events.start),
            "status_to": pl.Series(STATUSES).gather(events.end),
            "cause": pl.Series(CAUSES).gather(events.cause),
        }
    )
