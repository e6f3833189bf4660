"""What a command imports before it answers: the packages that take long wait for what needs them."""

import subprocess
import sys
from pathlib import Path

import pytest

from builders import small_scenario
from defectsim.scenario.overrides import as_yaml

SCENARIO = "scenarios/venezuela-2019.yaml"
DRAWN = {"mesa", "pandas", "matplotlib", "networkx", "hypothesis", "scipy.stats", "scipy.optimize"}
CHECKED = DRAWN | {"scipy", "polars", "pyarrow", "numba", "distributed"}
HELPED = CHECKED | {"numpy", "ruamel.yaml"}


def imported(*arguments: str) -> set[str]:
    """Return the modules that a command imports."""
    command = [sys.executable, "-X", "importtime", "-m", "defectsim", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize(
    "command", [[], ["check"], ["run"], ["compare"], ["plot"], ["app"], ["new", "rule"]]
)
def test_help_imports_nothing_that_takes_long(command: list[str]) -> None:
    found = imported(*command, "--help")
    assert "defectsim.cli.commands" in found
    assert found & HELPED == set()
    assert command or "pydantic" not in found, "typer needs it where a command has arguments"


def test_a_check_imports_neither_engine_nor_tables() -> None:
    found = imported("check", SCENARIO)
    assert "defectsim.scenario.schema" in found
    assert found & CHECKED == set()


def test_a_run_without_figures_imports_neither_mesa_nor_matplotlib(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(as_yaml(small_scenario()), encoding="utf-8")
    study = ["--replicates", "1", "--no-figures", "--workers", "1", "--out", str(tmp_path)]
    found = imported("run", str(file), *study)
    assert "defectsim.engine.compiled.engine" in found
    assert found & DRAWN == set()
