"""Studies from the command line, as typed."""

import json
import os
import signal
import subprocess
import time
from functools import partial
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from rich.console import Console

from command_line import as_command, defectsim
from defectsim import Study
from defectsim.cli.progress import TerminalProgress, duration
from defectsim.cli.running import notes_on
from defectsim.core.screen import Screen
from defectsim.studies import runner
from sweep_scenario import SCENARIO

SWEEP = """\
name: try
question: What then?
scenario: small.yaml
vary: {policies.rise.value: [1, 2.5]}
replicates: 3
seed: 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SCENARIO)
    (tmp_path / "richer.yaml").write_text(
        "extends: small.yaml\nname: richer\npolicies: {rise: {value: 4}}\n"
    )
    (tmp_path / "try.yaml").write_text(SWEEP)
    return tmp_path


def test_a_dry_run_estimates_a_sweep_and_stores_nothing(folder: Path) -> None:
    done = defectsim(folder, "sweep", "try.yaml", "--dry-run", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "2 points x 3 replicates = 6 runs; about" in done.stderr
    assert "one at a time) and" in " ".join(done.stderr.split())
    assert not (folder / "results").exists()


def test_a_sweep_is_run_drawn_extended_and_verified(folder: Path) -> None:
    done = defectsim(folder, "sweep", "try.yaml")
    assert done.returncode == 0, done.stderr
    assert "What then?" in done.stdout
    assert "6 of 6 runs, 0 failed" in done.stderr
    assert "seed 5; study in results/try" in done.stderr
    drawn = defectsim(folder, "plot", "results/try", "--outcome", "deserted")
    assert drawn.stdout == "results/try/figures/deserted.png and .svg\n"
    assert (folder / "results/try/figures/deserted.svg").is_file()
    assert defectsim(folder, "extend", "results/try", "--replicates", "4").returncode == 0
    verified = defectsim(folder, "verify", "results/try", "--sample", "3", "--seed", "0")
    assert (verified.returncode, verified.stdout) == (
        0,
        "3 of 3 re-runs match the stored results (seed 0)\n",
    )
    pl.read_parquet(folder / "results/try/runs.parquet").write_parquet(
        folder / "results/try/runs.parquet"
    )
    changed = defectsim(folder, "verify", "results/try", "--sample", "1", "--seed", "0")
    assert (changed.returncode, changed.stdout.splitlines()) == (
        1,
        [
            "runs.parquet: changed since the study wrote it",
            "1 of 1 re-runs match the stored results (seed 0)",
        ],
    )


def test_ctrl_c_keeps_finished_runs_and_says_how_to_continue(folder: Path) -> None:
    many = as_command(
        "sweep", "try.yaml", "--replicates", "5000", "--workers", "2", "--executor", "threads"
    )
    with subprocess.Popen(many, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "10000 runs" not in (line := running.stderr.readline()).replace(",", ""):
            assert line, "it ended before it began"
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
        assert running.wait() == 130
    assert "Finishing the runs in hand" in said
    assert "to continue: defectsim resume results/try" in said
    study = Study.open(folder / "results/try")
    assert not study.complete
    assert 0 < study.runs.filter(status="done").height < 10_000
    events = [
        json.loads(line)["event"]
        for line in (folder / "results/try/log.jsonl").read_text().splitlines()
    ]
    assert events == ["begins", "stopped"]


SLOW = """
import time
from pathlib import Path

def see(view):
    Path("begun").touch()
    time.sleep(2)
"""


@pytest.mark.parametrize("executor", [pytest.param("threads", marks=pytest.mark.long), "processes"])
def test_a_second_ctrl_c_abandons_runs_in_hand_and_says_how_to_continue(
    folder: Path, executor: str
) -> None:
    (folder / "slow.py").write_text(SLOW)
    (folder / "small.yaml").write_text(f'{SCENARIO}observers: {{slow: "slow.py:see"}}\n')
    slow = as_command(
        "run", "small.yaml", "--replicates", "20", "--workers", "2", "--executor", executor
    )
    with subprocess.Popen(slow, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        while not (folder / "begun").exists():
            assert running.poll() is None, "it ended before it began"
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert running.wait() == 130
        assert time.monotonic() - began < 10  # the run in hand takes a minute
        assert running.stderr is not None
        assert "to continue: defectsim resume results/small" in running.stderr.read()


def test_scenarios_are_compared(folder: Path) -> None:
    done = defectsim(
        folder, "compare", "small.yaml", "richer.yaml", "--replicates", "10", "--seed", "2"
    )
    assert done.returncode == 0, done.stderr
    assert "richer, against small" in done.stdout
    assert "10 pairs of runs on common random numbers" in done.stdout
    assert "Variance saved by common random numbers" in done.stdout
    assert "study in results/small-vs-richer" in done.stderr


def test_a_precision_that_is_not_reached_is_noted_beside_the_tables(folder: Path) -> None:
    asked = ("--precision", "0.01", "--outcome", "deserted", "--at-most", "45", "--seed", "2")
    done = defectsim(folder, "compare", "small.yaml", "richer.yaml", *asked)
    assert done.returncode == 0, done.stderr
    assert "45 pairs of runs on common random numbers" in done.stdout
    assert "Note: 45 replicates do not reach the precision of 0.01" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("resume", "results/none"), "results/none is not a study"),
        (
            ("compare", "small.yaml", "richer.yaml", "--at-most", "9"),
            "at_most without a precision",
        ),
        (
            ("compare", "small.yaml", "richer.yaml", "--precision", "1pp", "--method", "bca"),
            "not to those of bca",
        ),
        (("compare", "small.yaml"), "give two scenarios or more"),
        (("compare", "small.yaml", "small.yaml"), "two of these scenarios have the same name"),
        (("sweep", "try.yaml", "--out", "small.yaml"), "small.yaml/try cannot be created"),
        (
            ("checkpoint", "small.yaml", "--at", "2030-01-01", "--to", "x.npz"),
            "give a date between",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = defectsim(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_too_few_addresses_are_told_before_a_library_ends_the_process(folder: Path) -> None:
    with patch("resource.getrlimit", lambda _: (2**30, 2**30)):
        done = defectsim(folder, "run", "small.yaml")
    assert done.returncode == 2
    assert "1 GiB of addresses (ulimit -v)" in done.stderr


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "a\nb"])
@pytest.mark.parametrize("command", [("run", "small.yaml"), ("sweep", "try.yaml")])
def test_a_name_is_refused_before_anything_is_compiled_or_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], name: str
) -> None:
    monkeypatch.setattr(runner, "StudySetup", None)
    before = sorted(folder.rglob("*"))
    done = defectsim(folder, *command, "--replicates", "1", "--name", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "a study's name is the name of one folder" in done.stderr
    assert sorted(folder.rglob("*")) == before


def test_the_home_folder_is_put_in_place_of_a_tilde(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every argument and option that is a path."""
    monkeypatch.setenv("HOME", str(folder))
    (folder / "elsewhere").mkdir()
    typed = partial(defectsim, folder / "elsewhere")
    run = typed("run", "~/small.yaml", "--replicates", "1", "--out", "~/results", "--no-figures")
    assert run.returncode == 0, run.stderr
    assert Study.open("~/results/small").complete
    for command in (
        ("sweep", "~/try.yaml", "--dry-run"),
        ("compare", "~/small.yaml", "~/richer.yaml", "--replicates", "1", "--out", "~/more"),
        ("resume", "~/results/small"),
        ("plot", "~/results/small"),
        ("verify", "~/results/small"),
        ("check", "~/small.yaml"),
        ("explain", "~/small.yaml"),
        ("evidence", "~/small.yaml", "--csv", "~/numbers.csv"),
        ("checkpoint", "~/small.yaml", "--at", "2018-02-05", "--to", "~/state.npz"),
        ("new", "rule", "~/my_rules.py"),
    ):
        done = typed(*command)
        assert done.returncode == 0, done.stderr
    assert not list((folder / "elsewhere").iterdir())
    assert {"numbers.csv", "state.npz", "my_rules.py"} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("seconds", "said"), [(42.4, "42 s"), (200, "3 min 20 s"), (18_600, "5 h 10 min")]
)
def test_times_are_given_in_their_largest_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_note_is_printed_once_however_often_it_is_raised() -> None:
    said = StringIO()
    note = notes_on(Screen(file=said))
    for message in (UserWarning("a glyph is missing"), "a glyph is missing", "another"):
        note(message, UserWarning, "style.py", 3)
    assert said.getvalue() == "Note: a glyph is missing\nNote: another\n"


def test_the_second_ctrl_c_ends_it_at_once() -> None:
    said = StringIO()
    with TerminalProgress(Console(file=said)) as progress:
        os.kill(os.getpid(), signal.SIGINT)
        assert said.getvalue() == ""
        assert progress.should_stop()
        assert said.getvalue().count("Finishing the runs in hand") == 1
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_first_minute_is_explained() -> None:
    said = StringIO()
    with TerminalProgress(Console(file=said)) as progress:
        progress.on_compile()
    assert said.getvalue() == "compiling the rules (once)\n"
