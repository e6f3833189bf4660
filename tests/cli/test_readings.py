"""Readings from the command line, as typed."""

import json
from pathlib import Path

import pytest

from command_line import defectsim
from sweep_scenario import SCENARIO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SCENARIO)
    return tmp_path


def said(text: str) -> str:
    """Return an error's words without its frame."""
    return " ".join(text.replace("│", " ").split())


def test_a_scenario_is_attributed_by_record_and_its_study_read_again(folder: Path) -> None:
    once = defectsim(
        folder, "attribute", "small.yaml", "--replicates", "2", "--seed", "1", "--json"
    )
    assert once.returncode == 0, once.stderr
    assert json.loads(once.stdout)["by"] == "record"
    again = defectsim(folder, "attribute", "results/small", "--json")
    assert again.stdout == once.stdout
    assert (folder / "results/small/readings/attribute.parquet").is_file()


def test_a_scenario_is_attributed_by_deletion_of_a_policy(folder: Path) -> None:
    done = defectsim(
        folder,
        "attribute",
        "small.yaml",
        "--without",
        "policies.rise",
        "--replicates",
        "2",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["by"], found["pairs"]) == ("deletion", 2)


def test_options_of_runs_are_refused_of_a_study_that_is_only_read(folder: Path) -> None:
    defectsim(folder, "run", "small.yaml", "--replicates", "1", "--no-figures")
    options = ("--without", "policies.rise", "--replicates", "3", "--set", "name=x", "--dry-run")
    done = defectsim(folder, "attribute", "results/small", *options)
    assert done.returncode == 2
    assert (
        "results/small is a study, which is only read: leave out --replicates, --dry-run, --set, "
        "--without, or give the file that it was run from"
    ) in said(done.stderr)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("robust", "x", "--better", "best"), "there is no side 'best': take one of more, less"),
        (("attribute", "x", "--status", "defectd"), "did you mean 'defected'?"),
    ],
)
def test_unknown_choices_are_refused_with_those_there_are(
    folder: Path, options: tuple[str, ...], fault: str
) -> None:
    done = defectsim(folder, *options)
    assert done.returncode == 2
    assert fault in said(done.stderr)


def test_failed_runs_are_told_and_end_with_1(folder: Path) -> None:
    (folder / "fails.py").write_text(
        "def see(view):\n    if view.column('exposure')[-1] < 0.5:\n        raise ValueError('no')\n"
        "    return {'x': 1.0}\n"
    )
    text = SCENARIO + "observers: {o: 'fails.py:see'}\n"
    (folder / "small.yaml").write_text(
        text.replace("people: {", "people: {exposure: {uniform: [0, 1]}, ")
    )
    done = defectsim(folder, "attribute", "small.yaml", "--replicates", "6", "--seed", "1")
    assert done.returncode == 1
    assert "retry-failed results/small" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("sensitivity", "--outcome", "defectd"), "did you mean 'defected'?"),
        (("sensitivity", "--above", "nan"), "above is nan: give a finite number"),
        (("tipping",), "tipping needs a sweep whose design is {kind: bisect}"),
        (("robust", "--better", "more"), "robust compares policies over uncertain worlds"),
        (("discover", "--outcome", "defected"), "discover needs a sweep whose design is"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_before_anything_is_run(
    folder: Path, options: tuple[str, ...], fault: str
) -> None:
    (folder / "screen.yaml").write_text(
        "name: screen\nquestion: Which?\nscenario: small.yaml\nover: ranges\n"
        "design: {kind: morris, points: 10}\noutcome: {name: deserted}\n"
    )
    reading, *others = options
    done = defectsim(folder, reading, "screen.yaml", *others)
    assert done.returncode == 2
    assert fault in said(done.stderr)
    assert not (folder / "results").exists()


def test_a_study_of_which_all_runs_failed_says_how_to_repeat_them(folder: Path) -> None:
    (folder / "fails.py").write_text("def see(view):\n    raise SystemExit('no')\n")
    (folder / "small.yaml").write_text(SCENARIO + "observers: {o: 'fails.py:see'}\n")
    done = defectsim(folder, "attribute", "small.yaml", "--replicates", "2", "--seed", "1")
    assert done.returncode == 1
    assert "SystemExit: no" in done.stderr
    assert "retry-failed results/small" in " ".join(done.stderr.split())
