import sys

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.discovery.trees import MOST_LEAVES, tree
from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Numbers, exact_interval
from defectsim.core.errors import AnalysisError, MissingExtraError
from defectsim.core.randomness import generator

NAMES = ["a", "b", "c", "d"]
INPUTS = [Input(name, 0.0, 1.0) for name in NAMES]


def points(seed: int, count: int = 400) -> Numbers:
    return generator(seed, ("points",)).random((count, 4))


def test_a_planted_box_is_one_of_few_leaves() -> None:
    values = points(0)
    cases = (values[:, 0] > 0.2) & (values[:, 0] < 0.5) & (values[:, 3] > 0.6)
    found = tree(pl.DataFrame(values, NAMES), pl.Series(cases), INPUTS)
    where, *counts, share, low, high = found.row(0)
    assert where.startswith("a from 0.2")
    assert " and d above 0." in where
    assert share > 0.95
    assert (low, high) == pytest.approx(exact_interval(counts[2], counts[1]))
    assert found.height <= 5
    assert found["points"].sum() == found["runs"].sum() == 400
    assert found["cases"].sum() == cases.sum()
    assert found["share"].is_sorted(descending=True)


def test_where_nothing_tells_cases_apart_there_is_one_leaf() -> None:
    leaves = [
        tree(
            pl.DataFrame(points(seed), NAMES),
            pl.Series(generator(seed, ("labels",)).random(400) < 0.3),
            INPUTS,
        )
        for seed in range(20)
    ]
    assert sum(found["where"].to_list() == ["everywhere"] for found in leaves) >= 18


def test_without_a_case_there_is_one_leaf_with_its_bound() -> None:
    found = tree(pl.DataFrame(points(1, 40), NAMES), pl.Series([False] * 40), INPUTS)
    assert found.rows() == [("everywhere", 40, 40, 0, 0, *exact_interval(0, 40))]


def test_a_tree_stays_small_and_its_leaves_hold_ten_points() -> None:
    values = points(2, 1_000)
    cases = generator(2, ("cases",)).random(1_000) < values.prod(axis=1) ** 0.25
    found = tree(pl.DataFrame(values, NAMES), pl.Series(cases), INPUTS)
    assert 1 < found.height <= MOST_LEAVES
    assert found["points"].min() >= 10


def test_runs_of_a_point_stay_in_one_leaf_and_one_fold() -> None:
    """Points whose chances differ for no reason make no tree, however many runs tell them apart."""
    values, often = points(3, 60), generator(3, ("chance",)).random(60) < 0.4
    runs = pl.DataFrame(np.repeat(values, 5, axis=0), NAMES)
    label = pl.Series(np.repeat(np.arange(60), 5))
    found = tree(runs, pl.Series(np.repeat(often, 5)), INPUTS, points=label)
    assert found.rows()[0][:3] == ("everywhere", 60, 300)


def test_whole_numbers_are_told_as_such() -> None:
    soldiers = generator(4, ("soldiers",)).integers(1, 13, 200)
    table = pl.DataFrame({"soldiers": soldiers})
    found = tree(table, pl.Series(soldiers > 5), [Input("soldiers", 1, 12, whole=True)])
    assert found["where"].to_list() == ["soldiers at least 6", "soldiers at most 5"]
    assert found["share"].to_list() == [1, 0]


def test_the_order_of_rows_does_not_matter() -> None:
    values = points(5)
    table, cases = pl.DataFrame(values, NAMES), pl.Series(values[:, 1] > 0.7)
    assert tree(table, cases, INPUTS).equals(tree(table.reverse(), cases.reverse(), INPUTS[::-1]))


def test_few_points_are_refused() -> None:
    with pytest.raises(AnalysisError, match=r"a tree takes 20 points .* there are 12"):
        tree(pl.DataFrame(points(6, 12), NAMES), pl.Series([True, False] * 6), INPUTS)


def test_without_scikit_learn_the_error_tells_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(MissingExtraError, match=r"needs sklearn: .* 'defectsim\[drivers\]'"):
        tree(pl.DataFrame(points(7, 40), NAMES), pl.Series([True, False] * 20), INPUTS)
