"""Reports of studies say what their tables say, and no more."""

from pathlib import Path

import polars as pl
import pytest

import defectsim as ds
from builders import small_scenario
from defectsim.api.report import report_section
from defectsim.studies.kinds.registry import KINDS, kind_named
from defectsim.studies.pictures.registry import PICTURES
from eventful_scenarios import EAGER


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ds.Study:
    scenario = small_scenario(behaviour=EAGER, question="Who goes?")
    return ds.run(scenario, replicates=3, seed=1, out=tmp_path_factory.mktemp("results"))


def test_a_report_has_the_answer_of_the_study_and_its_numbers(
    study: ds.Study, tmp_path: Path
) -> None:
    page, text = ds.write_report([study], tmp_path / "report")
    for file in (page, text):
        written = file.read_text(encoding="utf-8")
        assert "Who goes?" in written
        assert study.grounds in written
    assert f"**{study.answer}**" in text.read_text(encoding="utf-8")
    assert "<svg" in page.read_text(encoding="utf-8")
    assert f"defectsim verify {study.path}" in text.read_text(encoding="utf-8")


def test_a_study_alone_is_reported_as_in_a_list(study: ds.Study, tmp_path: Path) -> None:
    alone, _ = ds.write_report(study, tmp_path / "one")
    listed, _ = ds.write_report([study], tmp_path / "list")
    assert alone.read_text() == listed.read_text()


def test_a_study_of_which_no_run_has_ended_is_told_to_be_resumed(study: ds.Study) -> None:
    pending = study.runs.with_columns(status=pl.lit("pending").cast(study.runs.schema["status"]))
    stopped = ds.Study.of(study.manifest, {"runs": pending})
    with pytest.raises(ds.StudyIncompleteError, match="defectsim resume"):
        report_section(stopped)


def test_a_comparison_shows_what_did_not_change_either(tmp_path: Path) -> None:
    base = small_scenario(behaviour=EAGER)
    found = ds.compare({"base": base, "same": base}, replicates=3, seed=1)
    _, text = ds.write_report([found], tmp_path)
    lines = text.read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith("| deserted "))
    assert row.endswith("| 0 | 0 of 3 | ")
    assert "no difference is shown in deserted (0)" in found.answer


def test_a_run_has_the_pictures_of_its_kind_that_it_can_have(study: ds.Study) -> None:
    section = report_section(study)
    assert [one.name for one in section.figures] == ["all outcomes"]
    assert [one.name for one in section.pictures] == ["defections", "outcomes", "incidence"]
    assert section.pictures[1].alternative == "Does the regime fall, and by when?"
    record = {"series": "none", "events": False}
    poor = ds.run(small_scenario(behaviour=EAGER, record=record), replicates=2, seed=1)
    assert report_section(poor).pictures == []


def test_a_comparison_has_its_differences_and_their_course() -> None:
    base = small_scenario(behaviour=EAGER)
    found = report_section(ds.compare({"base": base, "same": base}, replicates=2, seed=1))
    assert [one.name for one in (*found.figures, *found.pictures)] == ["all outcomes", "course"]


def test_pictures_of_reports_are_kinds_of_pictures_of_such_studies() -> None:
    for name in KINDS:
        for picture in kind_named(name).pictures:
            assert name in PICTURES[picture].studies


def test_several_studies_make_one_report(study: ds.Study, tmp_path: Path) -> None:
    assert study.path is not None
    page, _ = ds.write_report([study, study.path], tmp_path)
    assert page.read_text(encoding="utf-8").count("<section ") == 2


def test_nothing_is_reported_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ds.AnalysisError, match="there is nothing to report"):
        ds.write_report([], tmp_path)
