"""One life as tables."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from defectsim.behaviour.rule import LEADS_TO, Rates
from defectsim.core.statuses import CAUSES, RANKS, STATUSES, Rank, Status
from defectsim.engine.setting import Engine

_SEEN = {"date": pl.Date(), "observer": pl.String(), "name": pl.String(), "value": pl.Float64()}
_REACHED = np.array([LEADS_TO[way] for way in Rates._fields])


@dataclass(frozen=True)
class Record:
    """What one life leaves behind.

    Attributes
    ----------
    run
        What came of it in the end, as in a row of runs.parquet.
    series
        People by date, branch, rank and status.
    events
        Every change of status, or None where the scenario does not record them.
    observations
        What observers saw.
    """

    run: dict[str, object]
    series: pl.DataFrame
    events: pl.DataFrame | None
    observations: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables, by name, that there are."""
        tables = {"series": self.series, "observations": self.observations}
        return tables if self.events is None else {**tables, "events": self.events}


def record(engine: Engine, replicate: int) -> Record:
    """Return the tables of a life that has been lived."""
    return Record(
        run=_run(engine),
        series=_series(engine, replicate),
        events=_events(engine, replicate) if engine.setting.keep_events else None,
        observations=_observations(engine, replicate),
    )


def _observations(engine: Engine, replicate: int) -> pl.DataFrame:
    seen = pl.DataFrame(engine.observations, schema=_SEEN, orient="row")
    return seen.select(pl.lit(replicate, pl.Int32).alias("replicate"), pl.all())


def _run(engine: Engine) -> dict[str, object]:
    end = engine.counts[-1]
    strength, defected = int(engine.counts[0].sum()), int(end[:, :, Status.DEFECTED].sum())
    return {
        "strength": strength,
        "deserted": int(end[:, :, Status.DESERTED].sum()),
        "defected": defected,
        "generals_defected": int(end[:, Rank.GENERAL, Status.DEFECTED].sum()),
        "share_defected": defected / strength,
    }


def _series(engine: Engine, replicate: int) -> pl.DataFrame:
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
        }
    )


def _events(engine: Engine, replicate: int) -> pl.DataFrame:
    """Return events in the order of date and row; the date is that on which the change is counted."""
    population, clock, events = engine.setting.population, engine.setting.clock, engine.events
    return pl.DataFrame(
        {
            "replicate": pl.repeat(replicate, len(events.row), dtype=pl.Int32, eager=True),
            "date": pl.Series(clock.dates(), dtype=pl.Date).gather(events.step + 1),
            "agent": population.ids.gather(events.row),
            "rank": pl.Series(RANKS).gather(population.rank[events.row]),
            "branch": pl.Series(population.branches).gather(population.branch[events.row]),
            "unit": population.units.names.gather(population.unit[events.row]),
            "status_from": pl.repeat(STATUSES[Status.LOYAL], len(events.row), dtype=pl.String, eager=True),
            "status_to": pl.Series(STATUSES).gather(_REACHED[events.way]),
            "cause": pl.Series(CAUSES).gather(events.cause),
        }
    )
