"""Classification trees (Breiman, Friedman, Olshen and Stone 1984): a few groups of like points."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from defectsim.analysis.discovery.cases import in_words, plain_box, read_sample, share
from defectsim.analysis.discovery.prim import FEWEST, Box, Sample
from defectsim.analysis.extras import extra
from defectsim.analysis.inputs import Input
from defectsim.core.errors import AnalysisError
from defectsim.core.randomness import generator

MOST_LEAVES = 8
_FOLDS = 10


def tree(
    table: pl.DataFrame,
    cases: pl.Series,
    inputs: Sequence[Input],
    *,
    points: pl.Series | None = None,
    seed: int = 0,
) -> pl.DataFrame:
    """Grow a classification tree of cases, pruned by cross-validation.

    It is the smallest whose Brier score at points left out is within a standard error of the best,
    so that where nothing tells cases from other runs there is one leaf, ``everywhere``.

    Parameters
    ----------
    table, cases, inputs, points
        As in `discovery.discover`.

    Returns
    -------
    DataFrame
        A row a leaf, the densest first: *where*, its path in words; *points*, *runs*, *cases*;
        *share* of the runs that are cases, with its exact 90 % interval, *low* to *high*. The same
        points grew the tree: other points differ less between leaves.

    Raises
    ------
    AnalysisError
        Without scikit-learn, with fewer than 20 points, or as `discovery.discover`.
    """
    inputs = sorted(inputs)
    sample = read_sample(table, cases, inputs, points)
    if len(sample.runs) < 2 * FEWEST:
        raise AnalysisError(
            f"a tree takes {2 * FEWEST} points whose runs did not fail, and there are "
            f"{len(sample.runs)}: run more"
        )
    grown = _pruned(sample, seed)
    leaf = grown.apply(sample.inputs)
    rows = []
    for node, box in _leaves(grown.tree_, 0, Box(np.full((2, len(inputs)), -np.inf))):
        inside = leaf == node
        runs, hits = sample.runs[inside], sample.cases[inside]
        where = in_words(plain_box(box, inputs), inputs) or "everywhere"
        value, interval = share(hits, runs)
        counts = (int(inside.sum()), int(runs.sum()), int(hits.sum()))
        rows.append((where, *counts, value, *interval))
    names = ("where", "points", "runs", "cases", "share", "low", "high")
    return pl.DataFrame(rows, names, orient="row").sort(
        "share", descending=True, maintain_order=True
    )


def _pruned(sample: Sample, seed: int) -> Any:
    """Return the smallest tree that is within a standard error of the best.

    It is a regression tree: the variance of 0 and 1 is half of Gini's impurity.
    """
    trees, selection = extra("sklearn.tree"), extra("sklearn.model_selection")
    points = len(sample.runs)
    held = np.stack([sample.cases, sample.runs - sample.cases], axis=1).astype(int)
    is_case = np.tile([1.0, 0.0], points).repeat(held.ravel())
    point = np.arange(points).repeat(held.sum(axis=1))
    fold = generator(seed, ("tree",)).permutation(points) % _FOLDS
    inputs, folds = sample.inputs[point], selection.PredefinedSplit(fold[point])
    fewest = round(FEWEST * len(point) / points)

    def grown(cost: float = 0.0) -> Any:
        return trees.DecisionTreeRegressor(
            max_leaf_nodes=MOST_LEAVES, min_samples_leaf=fewest, ccp_alpha=cost, random_state=0
        )

    costs = grown().cost_complexity_pruning_path(inputs, is_case).ccp_alphas
    costs = [*np.sqrt(costs[:-1] * costs[1:]), costs[-1]]
    scores = [
        selection.cross_val_score(
            grown(cost), inputs, is_case, cv=folds, scoring="neg_mean_squared_error"
        )
        for cost in costs
    ]
    means, errors = np.mean(scores, axis=1), np.std(scores, axis=1, ddof=1) / _FOLDS**0.5
    enough = means >= means.max() - errors[means.argmax()]
    return grown(costs[int(np.flatnonzero(enough)[-1])]).fit(inputs, is_case)


def _leaves(grown: Any, node: int, box: Box) -> Iterator[tuple[int, Box]]:
    """Return the leaves of a tree below a node, each with its box."""
    left, index = int(grown.children_left[node]), int(grown.feature[node])
    if left < 0:
        yield node, box
        return
    cut = float(grown.threshold[node])
    yield from _leaves(grown, left, box.moved(1, index, -cut))
    yield from _leaves(grown, int(grown.children_right[node]), box.moved(0, index, cut))
