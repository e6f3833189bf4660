"""A status, its transition and a rank are declared in one file, and show wherever statuses and ranks do."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import defectsim

PACKAGE = Path(defectsim.__file__).parent
SCRIPT = Path(__file__).parents[1] / "support" / "surrendering_army.py"
DECLARED = (
    (
        '    """Has left by discharge or retirement, as the law allows."""\n',
        '    SURRENDERED = 8, "have surrendered", "gone"\n    """Has laid down arms."""\n',
    ),
    (
        '    """Come back from shirking, or from a plot, to loyal service."""\n',
        "    surrender: Annotated[\n"
        '        float, Transition(_OPENLY_SERVING, Status.SURRENDERED, "surrenders")\n'
        "    ] = 0.0\n"
        '    """Lay down arms."""\n',
    ),
    (
        '    NCO = 1, "NCOs", "non-commissioned officers", 0.001\n',
        '    WARRANT = 2, "Warrant officers", "warrant officers", 0.005\n',
    ),
)
"""Texts of `model/transitions.py`, and what a researcher writes below each."""
RENUMBERED = {
    'GENERAL = 3, "Generals"': 'GENERAL = 4, "Generals"',
    'OFFICER = 2, "Officers"': 'OFFICER = 3, "Officers"',
}
"""Codes of the ranks above the new one."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the package says of an army, of which `model/transitions.py` alone is another."""
    folder = tmp_path_factory.mktemp("siege")
    copy = folder / "src" / "defectsim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    table = copy / "model" / "transitions.py"
    text = table.read_text()
    for old, new in RENUMBERED.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    for above, below in DECLARED:
        assert text.count(above) == 1
        text = text.replace(above, above + below)
    table.write_text(text)
    ran = subprocess.run(
        [sys.executable, SCRIPT, folder],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "NUMBA_OPT": "0"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


@pytest.mark.long
def test_both_engines_agree_on_people_who_surrender(found: dict[str, Any]) -> None:
    reference, compiled = found["engines"]
    assert reference == compiled
    assert reference["ends"].count("surrendered") > 5
    assert {"deserted", "surrendered"} <= set(reference["ends"])


@pytest.mark.long
def test_stored_tables_count_the_status_and_the_rank(found: dict[str, Any]) -> None:
    series, events = found["stored"]["series"], found["stored"]["events"]
    last = max(row["date"] for row in series)
    gone = sum(row["surrendered"] for row in series if row["date"] == last)
    assert gone == sum(row["surrendered"] for row in found["runs"]) > 10
    assert gone == sum(row["status_to"] == "surrendered" for row in events)
    assert {row["rank"] for row in series} == {"enlisted", "nco", "warrant", "officer", "general"}
    assert (
        sum(
            row["loyal"]
            for row in series
            if row["rank"] == "warrant" and row["date"] < "2018-01-05"
        )
        == 20
    )


def test_tables_of_runs_sweeps_and_comparisons_show_the_status(found: dict[str, Any]) -> None:
    runs, swept, compared = found["tables"]
    for text in (runs, swept, compared):
        assert "surrendered" in text
    assert "warrant" in runs
    assert "warrant" in compared
    assert "surrendered" in found["html"]


def test_figures_show_the_status_and_the_rank(found: dict[str, Any]) -> None:
    assert found["panels"] == ["Deserted", "Defected", "Surrendered"]
    assert found["labels"].count("Warrant officers") == 3
    assert "Surrendered" in found["differences"]
    assert found["sweep"] == ["surrendered, people"]
