import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from defectsim.core.errors import StudyError
from defectsim.store import Study, StudyWriter

type Maker = Callable[[int], pl.DataFrame]
type Result = Callable[[int], tuple[dict[str, object], pl.DataFrame, pl.DataFrame]]
type Write = Callable[..., Path]
FILES = ("runs.parquet", "series.parquet", "events.parquet", "observations.parquet", "attempts.parquet")


@pytest.fixture
def write(tmp_path: Path, facts: dict[str, Any], result: Result) -> Write:
    """Write a study, replicates in the order given."""

    def write_study(name: str = "study", order: Iterable[int] = range(4), **options: bool) -> Path:
        with StudyWriter(tmp_path, name, {"scenario.yaml": "name: test\n"}, facts, **options) as writer:
            for replicate in order:
                writer.add(replicate, *result(replicate))
        return writer.folder

    return write_study


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_a_study_is_what_was_added(write: Write, tmp_path: Path, series: Maker, events: Maker) -> None:
    folder = write()
    study = Study.open(folder)
    assert folder == tmp_path / "study"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*FILES, "figures", "manifest.json", "scenario.yaml"]
    )
    assert study.complete
    assert (folder / "scenario.yaml").read_text() == "name: test\n"
    assert study.runs["key"].to_list() == ["k0", "k1", "k2", "k3"]
    expected = pl.concat(series(replicate) for replicate in range(4))
    assert study.series.equals(expected.cast(study.series.schema))
    expected = pl.concat(events(replicate) for replicate in range(4))
    assert study.events.equals(expected.cast(study.events.schema))


def test_bytes_do_not_depend_on_the_order_of_completion(write: Write) -> None:
    reference = bytes_of(write("reference"))
    for number, order in enumerate(itertools.permutations(range(4))):
        assert bytes_of(write(f"study-{number}", order)) == reference


def test_bytes_do_not_depend_on_what_polars_saw_before(
    write: Write, tmp_path: Path, facts: dict[str, Any], result: Result
) -> None:
    reference = bytes_of(write("reference"))
    pl.Series(["zulu", "guard-3", "guard"], dtype=pl.Categorical)
    with StudyWriter(tmp_path, "study", {"scenario.yaml": "name: test\n"}, facts) as writer:
        for replicate in range(4):
            run, tables = result(replicate)
            words = tables["events"].cast({"agent": pl.Categorical, "unit": pl.Categorical})
            series = tables["series"].cast({"branch": pl.Categorical, "rank": pl.Categorical})
            writer.add(replicate, run, {"series": series, "events": words})
    assert bytes_of(writer.folder) == reference


def test_words_are_dictionary_encoded(write: Write) -> None:
    table = pq.read_schema(write() / "events.parquet")
    words = [field.name for field in table if str(field.type).startswith("dictionary")]
    assert words == ["agent", "rank", "branch", "unit", "status_from", "status_to", "cause"]


def test_an_exception_leaves_an_incomplete_study_that_can_be_read(
    tmp_path: Path, facts: dict[str, Any], result: Result
) -> None:
    def stop_early() -> None:
        with StudyWriter(tmp_path, "study", {"scenario.yaml": "name: test\n"}, facts) as writer:
            manifest = json.loads((tmp_path / "study.incomplete" / "manifest.json").read_text())
            assert manifest["status"] == "incomplete"
            for replicate in (0, 3):
                writer.add(replicate, *result(replicate))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_early()
    assert not (tmp_path / "study").exists()
    study = Study.open(tmp_path / "study.incomplete")
    assert not study.complete
    assert "incomplete" in repr(study)
    assert study.runs["replicate"].to_list() == [0, 3]
    assert study.series["replicate"].unique().to_list() == [0, 3]
    assert study.events["replicate"].to_list() == [3, 3, 3]


def test_an_incomplete_study_of_a_dead_writer_is_replaced(write: Write, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\[2, 3\] were never added"):
        write(order=range(2))
    (tmp_path / "study.incomplete" / "figures" / "old.png").touch()
    folder = write()
    assert not (tmp_path / "study.incomplete").exists()
    assert not (folder / "figures" / "old.png").exists()
    assert Study.open(folder).complete


def test_two_writers_cannot_share_a_study(tmp_path: Path, facts: dict[str, Any]) -> None:
    empty = {**facts, "replicates": 0}
    with (
        StudyWriter(tmp_path, "study", {}, empty),
        pytest.raises(StudyError, match="another process"),
        StudyWriter(tmp_path, "study", {}, empty),
    ):
        pass
    assert Study.open(tmp_path / "study").complete


def test_a_study_is_not_replaced_unasked(write: Write) -> None:
    before = bytes_of(write())
    with pytest.raises(StudyError, match="--overwrite"):
        write()
    assert bytes_of(write(overwrite=True)) == before


def test_overwrite_keeps_the_old_study_until_the_new_one_stands(write: Write, tmp_path: Path) -> None:
    before = bytes_of(write())
    with pytest.raises(ValueError, match="never added"):
        write(order=[0], overwrite=True)
    assert bytes_of(tmp_path / "study") == before
    write(overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study"]


def test_overwrite_spares_what_is_no_study(write: Write, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.txt").touch()
    with pytest.raises(StudyError, match="is not a study"):
        write(overwrite=True)
    assert (tmp_path / "study" / "thesis.txt").exists()


@pytest.mark.parametrize("name", ["", "..", "a/b", "/a"])
def test_a_name_is_one_folder(write: Write, name: str) -> None:
    with pytest.raises(StudyError, match="--name"):
        write(name)


def test_failed_runs_are_rows_and_said(tmp_path: Path, facts: dict[str, Any], result: Result) -> None:
    with StudyWriter(tmp_path, "study", {}, facts) as writer:
        failed = {"seed": "7", "key": "k0", "status": "failed", "error": "division by zero", "seconds": 0.2}
        writer.add(1, failed, {})
        for replicate in (0, 2, 3):
            writer.add(replicate, *result(replicate))
    study = Study.open(writer.folder)
    assert study.runs["error"].to_list() == [None, "division by zero", None, None]
    assert study.runs["deserted"].to_list() == [1, None, 1, 1]
    assert study.manifest["failed"] == [1]
    assert "failed: replicates 1" in repr(study)


def test_a_study_in_which_all_failed_can_be_read(tmp_path: Path, facts: dict[str, Any]) -> None:
    with StudyWriter(tmp_path, "study", {}, {**facts, "replicates": 1}) as writer:
        writer.add(0, {"seed": "7", "key": "k0", "status": "failed", "error": "no"}, {})
    study = Study.open(writer.folder)
    assert (study.series.height, study.events.height) == (0, 0)
    assert study.series.schema["date"] == pl.Date


def test_timings_are_circumstances(write: Write) -> None:
    study = Study.open(write())
    assert study.manifest["circumstances"]["seconds"] == [0.1] * 4
    assert "seconds" not in study.runs.columns


def test_manifests_of_reruns_differ_in_circumstances_only(write: Write) -> None:
    manifests = [dict(Study.open(write(name)).manifest) for name in ("one", "two")]
    for manifest in manifests:
        created = dt.datetime.fromisoformat(manifest.pop("circumstances")["created"])
        assert created.tzinfo is not None
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize("replicate", [0, -1, 4])
def test_only_replicates_still_expected_can_be_added(
    tmp_path: Path, facts: dict[str, Any], result: Result, replicate: int
) -> None:
    with pytest.raises(ValueError, match="never added"), StudyWriter(tmp_path, "study", {}, facts) as writer:
        writer.add(0, *result(0))
        with pytest.raises(ValueError, match="expected"):
            writer.add(replicate, *result(replicate))


def test_figures_can_be_drawn_before_the_study_is_published(
    tmp_path: Path, facts: dict[str, Any], result: Result
) -> None:
    with StudyWriter(tmp_path, "study", {}, {**facts, "replicates": 1}) as writer:
        writer.add(0, *result(0))
        study = writer.finish()
        assert study.series.height == 8
        (writer.folder / "figures" / "cascade.png").touch()
    assert (tmp_path / "study" / "figures" / "cascade.png").exists()


def test_a_file_with_code_may_stand_in_a_folder_called_figures(tmp_path: Path, facts: dict[str, Any]) -> None:
    with StudyWriter(tmp_path, "study", {"figures/rules.py": "x = 1"}, facts) as writer:
        assert (writer.folder / "figures" / "rules.py").read_text() == "x = 1"
        writer.say(replicates=0)


def test_a_study_cut_off_from_its_place_returns_to_it(tmp_path: Path, facts: dict[str, Any], result: Result) -> None:
    with StudyWriter(tmp_path, "study", {}, {**facts, "replicates": 1}) as writer:
        writer.add(0, *result(0))
    (tmp_path / "study").rename(tmp_path / "study.replaced")
    with pytest.raises(StudyError, match="--overwrite"), StudyWriter(tmp_path, "study", {}, facts):
        pass
    assert (tmp_path / "study" / "manifest.json").is_file()
