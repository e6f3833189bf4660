import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from defectsim.model.transitions import RANKS, STATUSES

START = dt.date(2014, 1, 6)


@pytest.fixture(scope="session")
def study() -> Callable[..., pl.DataFrame]:
    """Series in which desertion and defection grow evenly, further in later replicates; generals are few."""

    def of(weeks: int = 60, replicates: int = 5) -> pl.DataFrame:
        rows = []
        for replicate in range(replicates):
            for week in range(weeks + 1):
                for level, rank in enumerate(RANKS):
                    strength = 20 if rank == "general" else 1000
                    gone = strength * week * (replicate + 1) // (4 * weeks * replicates)
                    counts = {
                        "loyal": strength - 2 * gone,
                        "deserted": gone,
                        "defected": gone // (level + 1),
                    }
                    place = {
                        "replicate": replicate,
                        "date": START + dt.timedelta(weeks=week),
                        "branch": "army",
                    }
                    rows.append({**place, "rank": rank, **dict.fromkeys(STATUSES, 0), **counts})
        return pl.DataFrame(rows).cast({"rank": pl.Enum(RANKS)})

    return of
