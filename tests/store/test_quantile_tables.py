"""Quantiles of series are those of all runs, each counted once."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from builders import small_scenario
from defectsim.analysis.shares import quantiles
from defectsim.core.errors import PlanError
from defectsim.engine.begin import simulate
from defectsim.engine.records.payload import RunPayload, pack
from defectsim.engine.records.record import BANDED, record
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import STATUSES
from defectsim.store import StoredStudy, StudyWriter, quantile_tables, study_in_memory
from stored_runs import FAILS, MANIFEST, RUNS, begin_study, events, hashes, planned, run, series

EAGER = {"soldier": {"parameters": {"base_desertion": 0.5, "base_shirking": 1}}}


@pytest.fixture(scope="module")
def setups() -> list[StudySetup]:
    """Two points of one scenario, which differ only in what they record."""
    kinds = ("full", "quantiles")
    return [
        StudySetup(small_scenario(behaviour=EAGER, record={"series": kind, "every": 5}), 0)
        for kind in kinds
    ]


def simulated(setup: StudySetup, number: int) -> RunPayload:
    """Simulate replicate ``number // 2``, whatever the point; one run fails."""
    if number == FAILS:
        return run(number)
    left = record(simulate(setup, number // 2), number // 2)
    return pack("done", left.run, left.tables, 0.1)


def test_bands_are_the_quantiles_of_the_series(
    setups: list[StudySetup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantile_tables, "_COUNTS_IN_MEMORY", 1000)
    full, banded = (
        study_in_memory(
            MANIFEST, planned(RUNS), {number: simulated(setup, number) for number in range(RUNS)}
        )
        for setup in setups
    )
    assert banded.series.is_empty()
    assert full.bands.is_empty()
    weekly = full.series.with_columns(effective=pl.col("loyal") + pl.col("shirking") / 2)
    everyone = pl.lit("all")
    for by in (("branch", "rank"), ("branch",), ("rank",), ()):
        expected = (
            weekly.group_by("point", "replicate", "date", *by)
            .agg(pl.col(*STATUSES, "recorded", "doubting", "effective").sum())
            .unpivot(
                index=["point", "replicate", "date", *by],
                variable_name="counted",
                value_name="people",
            )
            .group_by("point", "date", *by, "counted")
            .agg(pl.len().alias("runs").cast(pl.Int32), *quantiles(pl.col("people")))
            .with_columns(**{name: everyone for name in ("branch", "rank") if name not in by})
        )
        words = pl.col("branch", "rank", "counted").cast(pl.String)
        mine = banded.bands.with_columns(words).filter(
            *((pl.col(name) == "all") != (name in by) for name in ("branch", "rank"))
        )
        expected = expected.with_columns(words).select(mine.columns)
        assert not mine.is_empty()
        assert_frame_equal(mine, expected, check_row_order=False)


def banded(number: int) -> RunPayload:
    """Return what a made-up run left, in a study that keeps only quantiles."""
    return (
        run(number)
        if number == FAILS
        else pack("done", run(number).row, {BANDED: series(number)}, 0.1)
    )


def add(writer: StudyWriter, numbers: range | list[int]) -> None:
    for number in numbers:
        writer.add(number, banded(number))


def test_a_study_of_quantiles_survives_its_writer(tmp_path: Path) -> None:
    with begin_study(tmp_path / "straight") as writer:
        add(writer, range(RUNS))
    writer = begin_study(tmp_path / "killed")
    add(writer, [9, 3, 2])
    writer._journal.close()  # what the system does for a process that is killed
    with StudyWriter.open(tmp_path / "killed/study") as writer:
        add(writer, writer.pending[::-1])
    assert hashes(tmp_path / "killed") == hashes(tmp_path / "straight")
    assert set(StoredStudy.open(tmp_path / "killed/study").bands["runs"]) == {
        RUNS // 2,
        RUNS // 2 - 1,
    }


def test_a_failed_run_can_join_the_quantiles_and_then_no_other(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        add(writer, range(RUNS))
    with StudyWriter.open(tmp_path / "study") as writer:
        writer.retry()
        writer.add(FAILS, pack("done", run(4).row, {BANDED: series(4)}, 0.1))
    study = StoredStudy.open(tmp_path / "study")
    assert set(study.bands["runs"]) == {RUNS // 2}
    assert not (tmp_path / "study/journal.db").exists()
    with (
        StudyWriter.open(tmp_path / "study") as writer,
        pytest.raises(PlanError, match=r"record\.series: quantiles"),
    ):
        writer.extend(planned(RUNS))
        writer.retry()
        writer.extend(planned(RUNS + 2))
    assert StoredStudy.open(tmp_path / "study").bands.equals(study.bands)


def test_quantiles_outlive_a_part_that_was_lost(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        for number in range(RUNS):
            writer.add(
                number,
                pack("done", run(4).row, {BANDED: series(number), "events": events(number)}, 0.1),
            )
    (tmp_path / "study/events/part-00000.parquet").unlink()
    with pytest.raises(PlanError, match=r"record\.series: quantiles"):
        StudyWriter.open(tmp_path / "study")
    assert set(StoredStudy.open(tmp_path / "study").bands["runs"]) == {RUNS // 2}
