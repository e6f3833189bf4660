import numpy as np
import pytest

from defectsim.analysis.posterior.local import WeightedSample, local_linear

RANDOM = np.random.default_rng(3)
FEATURES = RANDOM.normal(size=(200, 2))


def test_what_is_linear_is_moved_exactly() -> None:
    responses = (FEATURES @ [2.0, -1.0] + 5)[:, None]
    at = np.array([[0.5, 0.5], [3.0, 0.0]])
    values = local_linear(FEATURES, responses, at, 60).values
    assert values == pytest.approx(np.broadcast_to([[[5.5]], [[11.0]]], (2, 1, 60)))


def test_the_nearest_points_count_most_and_further_ones_nothing() -> None:
    responses = np.square(FEATURES).sum(axis=1)[:, None]  # squares of the distances from 0
    (weights,) = local_linear(FEATURES, responses, np.zeros((1, 2)), 60).weights
    squares = np.sort(responses[:, 0])
    assert np.sort(weights)[::-1] == pytest.approx(1 - squares[:60] / squares[60])


def test_a_point_can_be_left_out_at_its_own_place() -> None:
    responses = FEATURES[:, :1].copy()
    before = local_linear(FEATURES, responses, FEATURES[:1], 60, np.array([0]))
    responses[0] = 1e6
    after = local_linear(FEATURES, responses, FEATURES[:1], 60, np.array([0]))
    assert np.array_equal(before.values, after.values)


def test_residuals_are_as_large_as_those_of_points_that_were_not_seen() -> None:
    features = RANDOM.normal(size=(100, 30))
    responses = RANDOM.normal(size=(100, 50))
    (values,) = local_linear(features, responses, np.zeros((1, 30)), 99).values
    assert values.std(axis=1).mean() > 1.05


def test_features_that_are_the_same_leave_what_others_say() -> None:
    twice = np.column_stack([FEATURES, FEATURES[:, 0], np.ones(200)])
    responses = (FEATURES @ [2.0, -1.0])[:, None]
    one = local_linear(FEATURES, responses, FEATURES[:5], 150)
    two = local_linear(twice, responses, twice[:5], 150)
    assert one.values.mean(axis=2) == pytest.approx(two.values.mean(axis=2))


def test_quantiles_are_weighted() -> None:
    values, weights = RANDOM.normal(size=(3, 2, 400)), RANDOM.random((3, 400))
    found = WeightedSample(values, weights).quantiles([0.05, 0.5])
    for place in range(3):
        for response in range(2):
            known = np.quantile(
                values[place, response],
                [0.05, 0.5],
                weights=weights[place],
                method="inverted_cdf",
            )
            assert found[:, place, response] == pytest.approx(known)
