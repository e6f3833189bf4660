import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from defectsim.core.statuses import RANKS, STATUSES
from defectsim.store import manifest
from defectsim.store.schema import TABLES

START = dt.date(2014, 1, 6)


@pytest.fixture
def series() -> Callable[[int], pl.DataFrame]:
    """Two dates of one branch, in which one soldier deserts a replicate."""

    def frame(replicate: int) -> pl.DataFrame:
        rows = [
            {
                "replicate": replicate,
                "date": START + dt.timedelta(weeks=week),
                "branch": "guard",
                "rank": rank,
            }
            | dict.fromkeys((*STATUSES, "recorded", "doubting"), 0)
            | {"loyal": 10 - week * (rank == "enlisted"), "deserted": week * (rank == "enlisted")}
            for week in range(2)
            for rank in RANKS
        ]
        return pl.DataFrame(rows)

    return frame


@pytest.fixture
def events() -> Callable[[int], pl.DataFrame]:
    """As many desertions as the replicate's number: replicate 0 has none."""

    def frame(replicate: int) -> pl.DataFrame:
        rows = [
            {
                "replicate": replicate,
                "date": START,
                "agent": f"guard-{agent}",
                "rank": "enlisted",
                "branch": "guard",
                "unit": f"guard/command 1/brigade {agent}",
                "status_from": "loyal",
                "status_to": "deserted",
                "cause": "decision",
            }
            for agent in range(replicate)
        ]
        return pl.DataFrame(rows, schema=TABLES["events"])

    return frame


@pytest.fixture
def result(
    series: Callable[[int], pl.DataFrame], events: Callable[[int], pl.DataFrame]
) -> Callable[[int], tuple[dict[str, object], dict[str, pl.DataFrame]]]:
    """What a replicate left: its row and its tables."""
    counts: dict[str, object] = {
        "strength": 40,
        "deserted": 1,
        "recorded": 1,
        "defected": 0,
        "generals_defected": 0,
        "share_defected": 0.0,
        "outcome": "survives",
        "fell": None,
        "loyal_share": 0.975,
        "recruits": 0,
        "capital": None,
        **dict.fromkeys(("shirking", "arrested", "dismissed", "retired"), 0),
        **dict.fromkeys(("attempts", "failed_attempts", "casualties"), 0),
        "stranded": 0.0,
    }

    def of(replicate: int) -> tuple[dict[str, object], dict[str, pl.DataFrame]]:
        names = {"seed": "7", "key": f"k{replicate}", "status": "done", "error": None}
        return {**names, "seconds": 0.1, **counts}, {"series": series(replicate), "events": events(replicate)}

    return of


@pytest.fixture
def facts() -> dict[str, Any]:
    return manifest(
        scenario="test",
        scenario_hash="abc",
        seed=7,
        replicates=4,
        engine="column",
        workers=2,
        command="defectsim",
    )
