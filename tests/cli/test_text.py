"""Whatever people write in a scenario, in code or as a name of a folder is shown as they wrote it."""

import os
import subprocess
from pathlib import Path

import pytest

from command_line import as_command, defectsim
from defectsim import Study
from sweep_scenario import SCENARIO

NASTY = r"[/x] [red]a[/] $x^ {a $ \x1b[2J \u202e <b>&amp; ¿así?"
SEES = """
def observe(view):
    return {"share [/x]": 1.0}

def leaves(view):
    raise SystemExit(0)

def ends(view):
    if view.date.year == 2018 and view.date.month > 2:
        raise ValueError("bad [/x] \\x1b[2J \\udcff $x^ {$")
    return {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario whose every free text is nasty."""
    (tmp_path / "sees.py").write_text(SEES)
    lines = [line for line in SCENARIO.splitlines() if not line.startswith("question")]
    nasty = [
        f'question: "{NASTY}"',
        f'levers: {{mine: {{unit: "{NASTY}", combiner: sum, default: 0, bounds: [0, 1], meaning: "{NASTY}"}}}}',
        f'acts: {{go: {{act: "sees.py:act", date: 2018-02-05, actor: "{NASTY}", source: "{NASTY}"}}}}',
        'observers: {o: "sees.py:observe"}',
    ]
    (tmp_path / "sees.py").write_text(f"{SEES}\ndef act(people):\n    pass\n")
    (tmp_path / "nasty.yaml").write_text("\n".join([*lines, *nasty]) + "\n")
    (tmp_path / "fails.yaml").write_text('extends: nasty.yaml\nobservers: {o: "sees.py:ends"}\n')
    return tmp_path


@pytest.mark.parametrize(("command", "times"), [("check", 4), ("explain", 2), ("evidence", 0)])
def test_it_is_shown_before_a_run(
    folder: Path, command: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    done = defectsim(folder, command, "nasty.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(NASTY) == times
    assert done.stdout.replace("\n", "").isprintable()


@pytest.mark.long
def test_it_is_shown_after_a_run_and_drawn(folder: Path) -> None:
    done = defectsim(folder, "run", "nasty.yaml", "--replicates", "1", "--out", "r[/x]\x1b")
    assert done.returncode == 0, done.stderr
    assert NASTY in done.stdout
    assert "share [/x]" in done.stdout
    assert r"study in r[/x]\x1b/small" in done.stderr
    assert "not be drawn" not in done.stderr
    assert (folder / "r[/x]\x1b/small/figures/cascade.png").is_file()
    page = Study.open(folder / "r[/x]\x1b/small")._repr_html_()
    assert "&lt;b&gt;&amp;amp;" in page
    assert "<b>" not in page
    assert page.replace("\n", "").isprintable()


@pytest.mark.long
def test_an_error_of_a_run_is_shown(folder: Path) -> None:
    done = defectsim(folder, "run", "fails.yaml", "--replicates", "2", "--out", "r[/x]")
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "2 of 2 runs failed, the first with: sees.py:10: the observer o on 2018-03-0" in said
    assert r": ValueError: bad [/x] \x1b[2J \udcff $x^ {$" in said
    assert "defectsim retry-failed 'r[/x]/small'" in said
    assert defectsim(folder, "resume", "r[/x]/small").returncode == 1
    assert r"\udcff" in str(Study.open(folder / "r[/x]/small").runs["error"][0])


def test_code_that_ends_the_program_ends_a_checkpoint_in_a_sentence(folder: Path) -> None:
    (folder / "ends.yaml").write_text('extends: nasty.yaml\nobservers: {o: "sees.py:leaves"}\n')
    done = defectsim(folder, "checkpoint", "ends.yaml", "--at", "2018-03-05", "--to", "x.npz")
    assert done.returncode == 2
    assert done.stderr == "sees.py:6: the observer o on 2018-01-01: SystemExit: 0\n"
    assert not (folder / "x.npz").exists()


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_the_characters_shows_others(folder: Path, encoding: str) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        as_command("run", "nasty.yaml", "--replicates", "2", "--seed", "1"),
        cwd=folder,
        env={**os.environ, **plain, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode(encoding)
    assert ("?asi?" if encoding == "ascii" else "¿así?") in said
    assert "0.00-0.78]" in said


def test_a_reader_who_leaves_costs_no_run(folder: Path) -> None:
    command = as_command("run", "nasty.yaml", "--replicates", "2", "--seed", "1")
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        run.stderr.close()
        assert run.wait() == 0
    assert Study.open(folder / "results/small").complete
