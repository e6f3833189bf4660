"""Made-up studies to be stored: two points, and runs of which one fails."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from defectsim.engine.records.payload import RunPayload, pack
from defectsim.model.transitions import STATUSES
from defectsim.store import StoredStudy, StudyWriter
from defectsim.store.schema import FOUND, PLANNED

COUNTS = [name for name, dtype in FOUND.items() if dtype == pl.Int64]
RUNS, FAILS = 10, 5
MANIFEST = {"scenario": "made up", "seed": "1"}


def run(number: int) -> RunPayload:
    """Return the payload of a run; one failed."""
    if number == FAILS:
        return pack("failed", {"error": "boom"}, {}, 0.1)
    row = {
        **dict.fromkeys(COUNTS, number),
        "share_defected": number / 7,
        "outcome": "survives",
        "loyal_share": 0.1,
    }
    tables = {"series": series(number), "events": events(number)}
    return pack(
        "done", {**row, "fell": dt.date(2019, 1, 1 + number % 28), "stranded": 0.3}, tables, 0.1
    )


def series(number: int) -> pa.Table:
    """Return one date of two ranks."""
    days = pa.array([dt.date(2014, 1, 6)] * 2)
    counts = {
        name: pa.array([number, 1], pa.int32()) for name in (*STATUSES, "recorded", "doubting")
    }
    return pa.table({"date": days, "branch": ["guard"] * 2, "rank": ["enlisted", "nco"], **counts})


def events(number: int) -> pa.Table:
    """Return as many desertions as the run's number: run 0 has none."""
    words = {
        "rank": "enlisted",
        "branch": "guard",
        "unit": "guard company 1",
        "status_from": "loyal",
    }
    words |= {"status_to": "deserted", "cause": "decision"}
    columns = {name: pa.array([word] * number, pa.string()) for name, word in words.items()}
    days = pa.array([dt.date(2014, 1, 13)] * number, pa.date32())
    return pa.table(
        {
            "date": days,
            "agent": pa.array([f"guard-{one}" for one in range(number)], pa.string()),
            **columns,
        }
    )


def planned(runs: int) -> pl.DataFrame:
    """Return so many runs of two points."""
    rows = [
        {"point": n % 2, "replicate": n // 2, "x": n % 2 / 2, "seed": "1", "key": f"k{n}"}
        for n in range(runs)
    ]
    point, replicate, seed, key = PLANNED.items()
    return pl.DataFrame(rows, schema=dict([point, replicate, ("x", pl.Float64()), seed, key]))


def begin_study(root: Path, runs: int = RUNS, **options: Any) -> StudyWriter:
    """Create the study ``root/study``."""
    return StudyWriter.create(
        root, "study", {"scenario.yaml": "name: t\n"}, MANIFEST, planned(runs), **options
    )


def write_study(root: Path, runs: int = RUNS) -> StoredStudy:
    """Write the study ``root/study`` from beginning to end."""
    with begin_study(root, runs) as writer:
        for number in range(runs):
            writer.add(number, run(number))
    return StoredStudy.open(root / "study")


def hashes(root: Path) -> dict[str, str]:
    """Return the hash of each table of the study ``root/study``."""
    files = sorted((root / "study").rglob("*.parquet"))
    return {str(at.relative_to(root)): hashlib.sha256(at.read_bytes()).hexdigest() for at in files}
