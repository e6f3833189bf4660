"""Studies that are larger than memory, and runs by the hundred thousand."""

import time
from pathlib import Path

import polars as pl
import pytest

from defectsim.analysis.divergence import divergence_by_pair
from defectsim.analysis.sweeps import sweep
from defectsim.store import StoredStudy, parts
from defectsim.store import parts as runs
from defectsim.store.provenance import write_manifest
from defectsim.store.schema import FOUND, TABLES
from stored_runs import RUNS, planned, run, write_study


def test_a_scan_has_the_rows_and_the_types_of_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "RUNS_PER_PART", 4)
    study = write_study(tmp_path)
    for name, schema in TABLES.items():
        scanned = study.scan(name)
        assert scanned.collect_schema() == schema
        assert scanned.collect().equals(study.tables[name])
    assert study.scan("runs").collect().equals(study.runs)


def test_a_scan_reads_no_more_than_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "RUNS_PER_PART", 4)
    study = write_study(tmp_path)
    wanted = study.scan("events").filter(pl.col("point") == 1, pl.col("replicate") == 3)
    assert "SELECTION: " in wanted.explain()
    assert wanted.collect()["agent"].len() == 7
    pairs = list(divergence_by_pair(study.scan("events"), 0, 1, [0, 1, 3]))
    assert [pair.height for pair in pairs] == [1, 1, 1]


def test_a_hundred_thousand_runs_are_read_filtered_and_summarised_in_two_seconds(
    tmp_path: Path,
) -> None:
    many = 100_000
    done_rows = [dict(run(number).row) for number in range(RUNS) if number != 5]
    found = (
        pl.DataFrame(done_rows)
        .drop("hash")
        .with_columns(hash=pl.lit("0" * 64), capital=None, error=None)
    )
    rows = pl.concat([found] * (many // len(found) + 1)).head(many).select(*FOUND)
    table = pl.concat([planned(many), rows], how="horizontal").cast(dict(FOUND))
    arrow = runs.to_arrow(table)
    parts.write_groups(arrow.schema, [arrow], tmp_path / "runs.parquet")
    write_manifest({"status": "complete"}, tmp_path / "manifest.json")
    began = time.perf_counter()
    read = StoredStudy.open(tmp_path).runs
    done = read.filter(pl.col("status") == "done", pl.col("defected") > 1)
    by_point = done.group_by("point").agg(
        pl.col("defected").quantile(q, "linear").alias(f"{q}") for q in (0.05, 0.95)
    )
    spread = sweep(read, "defected", ["x"])
    seconds = time.perf_counter() - began
    print(f"{seconds:.2f} s")
    assert (len(read), len(by_point), spread["runs"].sum()) == (many, 2, many)
    assert seconds < 2
