"""A study is the same byte for byte, in whatever order its runs end and however often its writer dies."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defectsim.core.errors import StudyError
from defectsim.core.statuses import STATUSES
from defectsim.engine.packed import Packed, packed
from defectsim.store import parts
from defectsim.store.schema import FOUND, PLANNED
from defectsim.store.study import Study
from defectsim.store.writer import StudyWriter

COUNTS = [name for name, dtype in FOUND.items() if dtype == pl.Int64]
RUNS, FAILS = 10, 5


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "RUNS", 4)


def run(number: int) -> Packed:
    """Return what a run left: one failed."""
    if number == FAILS:
        return packed("failed", {"error": "boom"}, {}, 0.1)
    days = pa.array([dt.date(2014, 1, 6)] * 2)
    counts = {name: pa.array([number, 1], pa.int32()) for name in (*STATUSES, "recorded", "doubting")}
    series = pa.table({"date": days, "branch": ["guard"] * 2, "rank": ["enlisted", "nco"], **counts})
    row = {**dict.fromkeys(COUNTS, number), "share_defected": number / 7, "outcome": "survives", "loyal_share": 0.1}
    return packed("done", {**row, "fell": dt.date(2019, 1, 1 + number), "stranded": 0.3}, {"series": series}, 0.1)


def planned(runs: int) -> pl.DataFrame:
    """Return so many runs of two points."""
    rows = [{"point": n % 2, "replicate": n // 2, "x": n % 2 / 2, "seed": "1", "key": f"k{n}"} for n in range(runs)]
    point, replicate, seed, key = PLANNED.items()
    return pl.DataFrame(rows, schema=dict([point, replicate, ("x", pl.Float64()), seed, key]))


def begun(root: Path, runs: int = RUNS, **options: Any) -> StudyWriter:
    return StudyWriter.create(
        root, "study", {"scenario.yaml": "name: t\n"}, {"scenario": "t"}, planned(runs), **options
    )


def finished(root: Path) -> dict[str, str]:
    """Live what is pending, and return the hashes of the tables."""
    with StudyWriter.open(root / "study") as writer:
        for number in writer.pending:
            writer.add(number, run(number))
    return hashes(root)


def hashes(root: Path) -> dict[str, str]:
    files = sorted((root / "study").rglob("*.parquet"))
    return {str(at.relative_to(root)): hashlib.sha256(at.read_bytes()).hexdigest() for at in files}


def straight(root: Path, runs: int = RUNS) -> dict[str, str]:
    with begun(root, runs) as writer:
        for number in range(runs):
            writer.add(number, run(number))
    return hashes(root)


def test_a_study_has_a_row_for_every_planned_run(tmp_path: Path) -> None:
    with begun(tmp_path) as writer:
        writer.add(3, run(3))
        writer.add(FAILS, run(FAILS))
    study = Study.open(tmp_path / "study")
    assert not study.complete
    assert study.runs["status"].to_list() == [{3: "done", FAILS: "failed"}.get(n, "pending") for n in range(RUNS)]
    assert study.runs["x"].to_list() == [0.0, 0.5] * 5
    assert study.runs["error"][FAILS] == "boom"


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(RUNS)), st.lists(st.integers(0, RUNS - 1), max_size=3))
def test_orders_and_deaths_change_no_byte(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], deaths: list[int]
) -> None:
    root = tmp_path_factory.mktemp("orders")
    writer = begun(root)
    for place, number in enumerate(order):
        if place in deaths:
            writer._journal.close()  # what the system does for a process that is killed
            writer = StudyWriter.open(root / "study")
        writer.add(number, run(number))
    with writer:
        pass
    assert hashes(root) == straight(tmp_path_factory.mktemp("straight"))


def test_an_extended_study_is_the_one_that_was_planned_longer(tmp_path: Path) -> None:
    straight(tmp_path / "short", 6)
    with StudyWriter.open(tmp_path / "short" / "study") as writer:
        writer.extend(planned(RUNS))
        assert writer.pending == list(range(6, RUNS))
    assert finished(tmp_path / "short") == straight(tmp_path / "long")


def test_failed_runs_can_be_lived_again(tmp_path: Path) -> None:
    straight(tmp_path)
    with StudyWriter.open(tmp_path / "study") as writer:
        assert writer.failed == [FAILS]
        writer.retry()
        assert writer.pending == [FAILS]
        writer.add(FAILS, packed("done", dict(run(4).row), {}, 0.1))
    assert set(Study.open(tmp_path / "study").runs["status"]) == {"done"}


def test_two_writers_cannot_share_a_study(tmp_path: Path) -> None:
    with begun(tmp_path) as writer:
        with pytest.raises(StudyError, match="another process"):
            StudyWriter.open(tmp_path / "study")
        _add_all(writer, range(RUNS))


def _add_all(writer: StudyWriter, numbers: Iterable[int]) -> None:
    for number in numbers:
        writer.add(number, run(number))
