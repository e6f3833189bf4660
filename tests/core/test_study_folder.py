"""Names of a study's own files are known before any study is written."""

from pathlib import Path

import pytest

from defectsim.core.study_folder import FIGURES, TABLE_FOLDERS, taken_name
from defectsim.store.folder import append_to_log
from defectsim.store.schema import READ
from defectsim.studies.plan import PLAN_FILE
from stored_runs import begin_study, run


def test_every_file_that_a_study_writes_has_a_name_that_is_taken(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        for number in range(6):
            writer.add(number, run(number))
        append_to_log(writer.folder, "begins")
        written = [file for file in writer.folder.rglob("*") if file.is_file()]
    names = [str(file.relative_to(tmp_path / "study")) for file in written]
    assert {"journal.db", "log.jsonl", "scenario.yaml"} <= {*names}
    assert all(map(taken_name, [*names, PLAN_FILE]))
    assert {*TABLE_FOLDERS} == {*READ}


@pytest.mark.parametrize("name", [*TABLE_FOLDERS, FIGURES])
def test_folders_of_tables_and_figures_are_taken_with_all_in_them(name: str) -> None:
    assert taken_name(name) == (
        f"every study has a folder {name}/ of its own, so it cannot take {name} along: move the file"
    )
    assert f"take {name}/own.csv along" in (taken_name(f"{name}/own.csv") or "")


@pytest.mark.parametrize("name", ["rates.csv", "data/plan.json", "data/events/x.csv", "events.csv"])
def test_other_names_are_free(name: str) -> None:
    assert taken_name(name) is None
