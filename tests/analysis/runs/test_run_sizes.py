"""Tail distributions of what runs count, and their modes."""

import polars as pl
import pytest

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.runs.run_sizes import at_least, density, run_sizes

TWO_KINDS = pl.Series([90, 100, 100, 110, 120, 95, 105, 20_000, 22_000, 21_000])


def test_the_tail_is_the_share_of_runs_with_as_many_or_more() -> None:
    found = at_least(pl.Series([5, 0, 5, 9]))
    assert found["people"].to_list() == [0, 5, 9]
    assert found["share"].to_list() == [1, 0.75, 0.25]
    assert found.select("low", "high").row(1) == pytest.approx(exact_interval(3, 4))


def test_runs_of_two_kinds_have_two_modes_with_the_median_of_each() -> None:
    modes = run_sizes(TWO_KINDS).modes
    assert modes.rows() == [(100, 7), (21_000, 3)]


def test_runs_of_one_kind_have_one_mode() -> None:
    assert run_sizes(pl.Series([90, 95, 100, 100, 105, 110])).modes["runs"].to_list() == [6]


@pytest.mark.parametrize("numbers", [[3, 3, 3, 3, 3, 3], [1, 2, 3]])
def test_no_density_of_few_runs_or_of_one_number(numbers: list[int]) -> None:
    assert density(pl.Series(numbers)).is_empty()
    assert run_sizes(pl.Series(numbers)).modes["runs"].to_list() == [len(numbers)]


def test_a_density_is_highest_at_one_and_begins_at_nobody() -> None:
    found = density(pl.Series([0, 0, 0, 1, 2, 500]))
    assert found["density"].max() == 1
    assert found["people"].min() == 0
