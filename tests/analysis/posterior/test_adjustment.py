from dataclasses import replace

import numpy as np
import pytest

from banks import NAMES, bank, counts, exact, linear, moments, points, targets
from defectsim.analysis.inputs import Input
from defectsim.analysis.posterior.adjustment import Adjustment
from defectsim.analysis.posterior.coverage import coverage
from defectsim.analysis.posterior.distribution import interval_score
from defectsim.analysis.posterior.evidence import Bank, Target
from defectsim.core.errors import AnalysisError

OBSERVED = linear(points(2, 2), 3)


@pytest.mark.parametrize("observed", OBSERVED)
def test_a_known_posterior_is_found(observed: np.ndarray) -> None:
    found = Adjustment.tuned(bank().against(targets(observed, 0.3))).posterior()
    mean, spread = moments(found.shares, found.weights)
    known_mean, known_spread = exact(observed, 0.3)
    assert np.abs((mean - known_mean) / known_spread).max() < 0.25
    assert spread == pytest.approx(known_spread, rel=0.15)


def test_errors_of_the_target_widen_the_posterior() -> None:
    sure, unsure = (
        Adjustment.tuned(bank(count=256).against(targets(OBSERVED[0], error)))
        .posterior()
        .quantiles()
        for error in (0.0, 3.0)
    )
    assert sure["width"][0] < 0.85
    assert unsure["width"].min() > 0.95


@pytest.mark.parametrize("model", [linear, counts])
def test_intervals_cover_what_they_promise(model) -> None:
    evidence = bank(model).against(targets(model(points(1, 2), 3)[0], 0.1))
    found = coverage(Adjustment.tuned(evidence), evidence.held_out(500))
    assert found["points"].unique().to_list() == [500]
    assert found["covered_90"].is_between(0.85, 0.95).all()
    assert found["covered_50"].is_between(0.43, 0.57).all()


def test_the_order_of_rows_changes_nothing() -> None:
    one = bank(count=256)
    order = np.random.default_rng(1).permutation(256)
    other = replace(one, parameters=one.parameters[order], summaries=one.summaries[order])
    found = [
        Adjustment.tuned(source.against(targets(OBSERVED[0], 0.1))).posterior().quantiles()
        for source in (one, other)
    ]
    assert found[0].equals(found[1])


def test_many_targets_are_projected_on_the_parameters() -> None:
    shares = points(256, 4)
    copies = np.column_stack([linear(shares, seed) for seed in range(10)])
    names = [f"target {number}" for number in range(40)]
    priors = [Input(name, 0, 1) for name in NAMES]
    evidence = Bank(priors, shares, names, copies).against(Target(name, 0.5) for name in names)
    tuned = Adjustment.tuned(evidence)
    rows = evidence.held_out(500)
    plain = replace(tuned, projected=False, tolerance=1.0)
    scores = [interval_score(way.held_out(rows), evidence.shares[rows]) for way in (tuned, plain)]
    assert tuned.projected
    assert scores[0] < 0.9 * scores[1]


def test_quantiles_are_in_the_unit_of_a_parameter() -> None:
    shares = points(256, 5)
    priors = [Input("delay", 0.1, 1000, log=True), Input("share", -2, 2)]
    values = np.column_stack([priors[0].value(shares[:, 0]), priors[1].value(shares[:, 1])])
    seen = shares[:, :2] + 0.01 * np.random.default_rng(1).normal(size=(256, 2))
    evidence = Bank(priors, values, ["a", "b"], seen).against([Target("a", 0.5), Target("b", 0.25)])
    found = Adjustment.tuned(evidence).posterior().quantiles()
    assert found["q50"].to_list() == pytest.approx([10, -1], rel=0.1)
    assert (found["q05"] < found["q50"]).all()
    assert (found["width"] < 0.1).all()


def test_draws_are_keyed_and_are_distributed_like_the_posterior() -> None:
    posterior = Adjustment.tuned(bank(count=256).against(targets(OBSERVED[0]))).posterior()
    drawn = posterior.draw(20_000, 7)
    assert drawn.columns == list(NAMES)
    assert drawn.equals(posterior.draw(20_000, 7))
    assert not drawn.equals(posterior.draw(20_000, 8))
    for name, known in zip(NAMES, posterior.quantiles()["q50"], strict=True):
        assert drawn[name].quantile(0.5) == pytest.approx(known, abs=0.03)


def test_a_bank_that_is_too_small_for_its_parameters_is_refused() -> None:
    random = np.random.default_rng(1)
    shares = random.random((110, 40))
    priors = [Input(f"parameter {number}", 0, 1) for number in range(40)]
    targets_of_all = [f"target {number}" for number in range(40)]
    evidence = Bank(priors, shares, targets_of_all, shares + 1).against(
        Target(name, 1.5) for name in targets_of_all
    )
    with pytest.raises(AnalysisError, match=r"110 points are too few .*: run at least 166"):
        Adjustment.tuned(evidence)
