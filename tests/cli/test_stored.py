"""Stored studies, shown and exported from the command line."""

import json
from pathlib import Path

import polars as pl
import pytest

from command_line import defectsim
from sweep_scenario import SCENARIO


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored")
    (folder / "small.yaml").write_text(SCENARIO)
    done = defectsim(folder, "run", "small.yaml", "--replicates", "3", "--seed", "1")
    assert done.returncode == 0, done.stderr
    (folder / "shown.txt").write_text(done.stdout)
    return folder


def test_a_study_is_shown_as_when_it_was_run(folder: Path) -> None:
    done = defectsim(folder, "show", "results/small")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (folder / "shown.txt").read_text()
    lines = done.stdout.splitlines()
    assert lines[1].startswith("The regime falls in ")
    assert "Rests on 3 runs, seed 1." in lines
    assert max(map(len, lines)) <= 80


def test_json_and_csv_have_the_same_numbers(folder: Path) -> None:
    told = json.loads(defectsim(folder, "show", "results/small", "--json").stdout)
    (folder / "numbers.csv").write_text(defectsim(folder, "show", "results/small", "--csv").stdout)
    assert pl.read_csv(folder / "numbers.csv").to_dicts() == told["numbers"]
    assert told["manifest"]["seed"] == "1"
    assert told["answer"].startswith("The regime falls in ")
    both = defectsim(folder, "show", "results/small", "--json", "--csv")
    assert both.returncode == 2
    assert "not both" in both.stderr


def test_tables_are_exported_beside_the_study(folder: Path) -> None:
    done = defectsim(folder, "export", "results/small")
    assert done.returncode == 0, done.stderr
    files = [folder / line for line in done.stdout.split()]
    assert {"numbers.csv", "runs.csv", "series.csv"} <= {file.name for file in files}
    assert all(file.is_file() for file in files)
    wrong = defectsim(folder, "export", "results/small", "--as", "ods")
    assert wrong.returncode == 2
    assert "there is no format 'ods'" in wrong.stderr


def test_nothing_is_written_into_a_study(folder: Path) -> None:
    for command in ("export", "report", "plot"):
        for place in ("results/small", "results/small/events"):
            done = defectsim(folder, command, "results/small", "--to", place)
            assert done.returncode in (1, 2)
            assert "is in the study" in done.stderr
    assert (folder / "shown.txt").read_text() == defectsim(folder, "show", "results/small").stdout


def test_a_study_is_found_from_within(folder: Path) -> None:
    done = defectsim(folder / "results" / "small", "report", ".")
    assert done.returncode == 0, done.stderr
    assert (folder / "results" / "small-report" / "report.md").is_file()


def test_a_report_is_written_beside_the_study(folder: Path) -> None:
    done = defectsim(folder, "report", "results/small")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "results/small-report/report.html",
        "results/small-report/report.md",
    ]
    assert "The regime falls in" in (folder / "results/small-report/report.md").read_text()
