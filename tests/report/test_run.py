import io
from dataclasses import replace

import polars as pl
import pytest
from rich.console import Console

from defectsim.analysis.summaries import Band, Harm, Summary
from defectsim.report.run import run_table

NOBODY = Band(0, 0, 0)
EMPTY = Summary(1, 0, {}, 0, pl.DataFrame(), pl.DataFrame(), None, NOBODY, None, {})


def test_a_table_begins_with_its_first_part() -> None:
    console = Console(width=100, file=io.StringIO())
    console.print(run_table(EMPTY, pl.DataFrame()))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines()[0] == "Generals defected: 0"


@pytest.mark.parametrize(
    ("redrawn", "line"),
    [
        (False, "Ties: one network for all runs"),
        (True, "Ties: a network of its own for each run"),
    ],
)
def test_a_table_says_whether_runs_share_their_ties(redrawn: bool, line: str) -> None:
    console = Console(width=100, file=io.StringIO())
    console.print(run_table(EMPTY, pl.DataFrame(), redrawn))
    assert isinstance(console.file, io.StringIO)
    assert line in console.file.getvalue().splitlines()


def test_the_title_of_harms_is_shown_whole_although_their_table_is_narrower() -> None:
    console = Console(width=100, file=io.StringIO())
    harmed = replace(EMPTY, harms={"killed_in_attempts": Harm(NOBODY, None)})
    console.print(run_table(harmed, pl.DataFrame(), ""))
    assert isinstance(console.file, io.StringIO)
    assert "Harms: median [90 % interval]" in console.file.getvalue()
