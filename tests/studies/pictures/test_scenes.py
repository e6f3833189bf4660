"""The scenarios that a picture shows: their names, how many, and which run of them."""

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

import defectsim as ds
from defectsim.core.errors import AnalysisError, StudyDamagedError
from defectsim.store import StoredStudy
from defectsim.studies.pictures.forces import stored_forces
from defectsim.studies.pictures.scenes import scene, scenes
from eager_study import eager_study
from fixed_study import fixed_study


def compared(*names: str) -> StoredStudy:
    """Return a study with the fixed runs for each of some scenarios."""
    runs = [
        fixed_study().runs.with_columns(
            point=pl.lit(point, pl.Int32), scenario=pl.lit(name), key=pl.lit(name)
        )
        for point, name in enumerate(names)
    ]
    first, *others = fixed_study().runs.columns
    columns = [first, "replicate", "scenario", *(one for one in others if one != "replicate")]
    manifest = {"design": {"kind": "comparison"}, **fixed_study().manifest}
    return StoredStudy.of(manifest, {"runs": pl.concat(runs).select(columns)})


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["army-held", "army-offered"], ["held", "offered"]),
        (["army", "army-offered"], ["army", "army-offered"]),
        (["army-held", "guard-held"], ["army-held", "guard-held"]),
    ],
)
def test_words_that_all_names_begin_with_are_left_out(names: list[str], shown: list[str]) -> None:
    assert [one.name for one in scenes(compared(*names))] == shown


def test_one_scenario_keeps_its_name_and_is_told() -> None:
    one = scene(compared("army-held", "army-offered"))
    assert (one.name, one.point) == ("army-offered", 1)
    assert one.tell("run 3.") == "army-offered: run 3."
    assert scene(fixed_study()).tell("run 3.") == "Run 3."


def test_more_scenarios_than_a_picture_can_show_are_named_one_by_one() -> None:
    study = compared(*"abcde")
    with pytest.raises(AnalysisError, match="shows 4 scenarios at most, and fixed has 5"):
        scenes(study)
    assert [one.point for one in scenes(study, "c")] == [2]
    with pytest.raises(AnalysisError, match=re.escape("it has a, b, c, d, e")):
        scenes(study, "f")


def test_the_middle_run_is_that_of_the_lower_median_of_those_who_defected() -> None:
    one = scene(fixed_study())
    assert one.replicate(None) == (2, "the median run by people who defected")
    assert one.replicate(5) == (5, "as asked for")


def test_a_table_is_read_for_the_runs_of_the_scenario_alone() -> None:
    one = scene(fixed_study())
    assert set(one.table("events", 3)["replicate"]) == {3}
    assert set(one.table("events", status_to=["deserted"])["status_to"]) == {"deserted"}


@pytest.mark.parametrize("file", ["plan.json", "scenario.yaml"])
def test_an_order_of_battle_that_is_not_as_written_is_refused(file: str, tmp_path: Path) -> None:
    study = eager_study(tmp_path, 1)
    assert study.path is not None
    altered = tmp_path / "altered"
    shutil.copytree(study.path, altered)
    with (altered / file).open("a") as text:
        text.write(" ")
    with pytest.raises(StudyDamagedError, match=re.escape(file)):
        stored_forces(ds.Study.open(altered), 0)
