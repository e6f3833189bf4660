"""`defectsim new rule`, as typed in an empty folder: what it writes works, and is clean."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import defectsim as ds
from command_line import defectsim
from defectsim import RuleError, StorageError
from defectsim.contract.new import new_rule

SOURCES = Path(ds.__file__).parents[1]


def typed(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": str(SOURCES), "COLUMNS": "100"}
    program = str(Path(sys.executable).with_name(command[0]))
    return subprocess.run(
        [program, *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_the_written_rule_is_checked_and_run_as_typed_and_its_test_passes(tmp_path: Path) -> None:
    done = typed(tmp_path, "defectsim", "new", "rule", "x.py")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"x.py", "x.yaml", "test_x.py"}
    commands = [line.split() for line in done.stdout.splitlines() if line.startswith("  defectsim")]
    assert commands == [["defectsim", "check-rule", "x.py:decide"], ["defectsim", "run", "x.yaml"]]
    checked, ran = (typed(tmp_path, *command) for command in commands)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "a rule of soldiers in the scenario x" in checked.stdout
    assert "The rule keeps its contract." in checked.stdout
    assert ran.returncode == 0, ran.stderr
    before = os.times()
    assert typed(tmp_path, *commands[0]).returncode == 0
    spent = sum(os.times()[2:4]) - sum(before[2:4])  # by processes that were waited for
    assert spent < 15, "check-rule takes too long though all is compiled"
    study = ds.Study.open(tmp_path / "results/x")
    deserted = study.runs["deserted"] / study.runs["strength"]
    assert deserted.min() > 0.1
    assert deserted.max() < 0.6
    assert {path.name for path in tmp_path.iterdir()} == {"x.py", "x.yaml", "test_x.py", "results"}
    tested = typed(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "test_x.py")
    assert tested.returncode == 0, tested.stdout
    assert "5 passed" in tested.stdout


@pytest.mark.long
def test_the_written_files_are_clean(tmp_path: Path) -> None:
    new_rule(tmp_path / "my_rules.py")
    for command in (
        ("ruff", "check", "--isolated", "--select", "E,F,I,UP,N,B", "."),
        ("ruff", "format", "--isolated", "--check", "."),
        (
            "mypy",
            "--strict",
            "--cache-dir",
            str(Path(".mypy_cache").absolute()),
            "my_rules.py",
            "test_my_rules.py",
        ),
    ):
        done = typed(tmp_path, *command)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("there", ["my_rules.py", "my_rules.yaml", "test_my_rules.py"])
def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(StorageError, match=f"{there}: already there, and not overwritten"):
        new_rule(tmp_path / "my_rules.py")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["my-rules.py", "MyRules.py", "1st.py", "rules", "rules.txt", "_rules.py", ".py"]
)
def test_a_name_that_is_no_module_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RuleError, match=r"name the file like my_rules\.py"):
        new_rule(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["random", "sys", "class", "defectsim", "numpy", "mesa", "polars", "pytest", "conftest"]
)
def test_a_name_is_refused_by_which_the_test_would_import_something_else(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(RuleError, match="choose another name"):
        new_rule(tmp_path / f"{name}.py")
    assert not list(tmp_path.iterdir())


def test_a_name_of_the_working_folder_is_accepted_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").touch()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("below", "below/mine"):  # a folder of a name is no module that would be in the way
        new_rule(Path(f"{name}.py"))


def test_a_name_that_yaml_would_read_as_something_else_is_quoted(tmp_path: Path) -> None:
    new_rule(tmp_path / "null.py")
    assert ds.load(tmp_path / "null.yaml", allow_code=True).name == "null"


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    done = defectsim(tmp_path, "new", "rule", "rules/mine.py")
    assert done.returncode == 2
    said = "there is no folder rules; make it first, or choose another"
    assert done.stderr == f"rules/mine.py cannot be written: {said}\n"
    assert not list(tmp_path.iterdir())
