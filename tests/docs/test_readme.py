"""What the README shows runs as shown."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path("README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shown(program: str) -> list[str]:
    lines = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
    return [line for line in lines if line.startswith(program)]


def run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").symlink_to(Path("scenarios").absolute())
    return tmp_path


@pytest.mark.parametrize("block", blocks("python"), ids=range(len(blocks("python"))))
def test_python(block: str, folder: Path) -> None:
    run([sys.executable, "-c", block], folder)


@pytest.mark.parametrize("line", shown("defectsim"))
def test_commands(line: str, folder: Path) -> None:
    run(shlex.split(line.partition(" > ")[0]), folder)


def test_make_targets_are_there() -> None:
    makefile = Path("Makefile").read_text()
    targets = set(re.findall(r"`make (\w+)`", README)) | {line.split()[1] for line in shown("make")}
    assert targets >= {"run", "test", "lint", "bench"}
    for target in targets:
        assert f"\n{target}:" in makefile


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert link.startswith("https://") or Path(link).exists(), link
