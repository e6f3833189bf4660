"""The notebook runs from top to bottom, and its results show themselves."""

import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import nbformat
import pytest

NOTEBOOK = Path("docs/notebook.ipynb")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> str:
    folders = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{name: str(tmp_path_factory.mktemp(name)) for name in folders}}
    executed = tmp_path_factory.mktemp("executed") / NOTEBOOK.name
    command = [sys.executable, "tests/support/notebooks.py", str(NOTEBOOK), str(executed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return "".join(
        str(cell.get("outputs", "")) for cell in nbformat.read(executed, as_version=4).cells
    )


@pytest.mark.long
def test_results_show_themselves(outputs: str) -> None:
    for shown in (
        "nothing wrong found",
        "median of 8 runs [90 % interval]",
        "data:image/png;base64",
        'alt="How does it go in single runs, and by how they end?"',
    ):
        assert shown in outputs


@pytest.mark.long
def test_what_the_text_says_of_the_results_is_so(outputs: str) -> None:
    by_offer, by_rents = (
        by_run(outputs, f"more defecting generals by the {cause}")
        for cause in ("offer", "lost rents")
    )
    assert 0 < median(by_offer) < 10
    assert median(by_rents) > median(by_offer)


def by_run(outputs: str, title: str) -> list[int]:
    printed = re.search(rf"{title}, run by run: \[([\d, -]+)\]", outputs)
    assert printed is not None
    return [int(number) for number in printed[1].split(",")]


def test_it_is_kept_without_outputs() -> None:
    cells = [
        cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"
    ]
    assert [cell for cell in cells if cell.outputs or cell.execution_count] == []
