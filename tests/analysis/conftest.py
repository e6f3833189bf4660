import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl
import pytest

from defectsim.model.transitions import RANKS, STATUSES

START = dt.date(2014, 1, 6)


@pytest.fixture
def frame() -> Callable[..., pl.DataFrame]:
    """Series in which so many of a replicate, branch and rank have (deserted, defected) at each date.

    Half of the deserters are recorded.
    """

    def of(
        gone: Mapping[tuple[int, str, str], list[tuple[int, int]]], strength: int = 100
    ) -> pl.DataFrame:
        rows = [
            {
                "replicate": replicate,
                "date": START + dt.timedelta(weeks=week),
                "branch": branch,
                "rank": rank,
            }
            | dict.fromkeys(STATUSES, 0)
            | {"loyal": strength - deserted - defected, "deserted": deserted, "defected": defected}
            | {"recorded": deserted // 2, "doubting": 0}
            for (replicate, branch, rank), weeks in gone.items()
            for week, (deserted, defected) in enumerate(weeks)
        ]
        return pl.DataFrame(rows).cast(
            {
                "replicate": pl.Int32,
                "branch": pl.Categorical,
                "rank": pl.Enum(RANKS),
                pl.Int64: pl.Int32,
            }
        )

    return of
