import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from defectsim.core.randomness import uniforms
from defectsim.core.section import Bounds
from defectsim.population import distribution as draw
from defectsim.population.distribution import Distribution

ANY = Bounds()
LAWS: list[tuple[dict[str, Any], Any]] = [
    ({"uniform": [2, 5]}, stats.uniform(2, 3)),
    ({"normal": [1, 2]}, stats.norm(1, 2)),
    ({"lognormal": [200, 0.5]}, stats.lognorm(0.5, scale=200)),
    ({"beta": [2, 5]}, stats.beta(2, 5)),
    ({"gamma": [2, 0.5]}, stats.gamma(2, scale=0.5)),
    ({"exponential": 3}, stats.expon(scale=3)),
]
IDS = [next(iter(law)) for law, _ in LAWS]


def drawn(law: dict[str, Any], bounds: Bounds = ANY, count: int = 4000) -> np.ndarray:
    return draw.values(Distribution.model_validate(law), uniforms(1, ("draw",), count), bounds)


@pytest.mark.parametrize(("law", "expected"), LAWS, ids=IDS)
def test_values_follow_their_law_and_no_other(law: dict[str, Any], expected: Any) -> None:
    values = drawn(law)
    assert stats.kstest(values, expected.cdf).pvalue > 0.01
    stretched = expected.mean() + (values - expected.mean()) * 1.1
    assert stats.kstest(stretched, expected.cdf).pvalue < 0.01
    for other, wrong in LAWS:
        assert other == law or stats.kstest(values, wrong.cdf).pvalue < 0.01


@pytest.mark.parametrize(
    ("law", "moment", "value"),
    [
        ({"uniform": [2, 5]}, np.mean, 3.5),
        ({"normal": [1, 2]}, np.std, 2),
        ({"lognormal": [200, 0.5]}, np.median, 200),
        ({"beta": [2, 6]}, np.mean, 0.25),
        ({"gamma": [2, 0.5]}, np.mean, 1),
        ({"exponential": 3}, np.mean, 3),
    ],
    ids=IDS,
)
def test_parameters_mean_what_the_schema_says(
    law: dict[str, Any], moment: Any, value: float
) -> None:
    assert moment(drawn(law)) == pytest.approx(value, rel=0.03)


@pytest.mark.parametrize(("law", "expected"), LAWS, ids=IDS)
def test_every_law_can_be_truncated(law: dict[str, Any], expected: Any) -> None:
    low, high = expected.ppf([0.3, 0.8])
    values = drawn(law, Bounds(low, high))
    assert low <= values.min() < values.max() <= high
    assert stats.kstest((expected.cdf(values) - 0.3) / 0.5, "uniform").pvalue > 0.01


def test_a_law_is_truncated_to_its_bounds_without_a_heap_at_their_ends() -> None:
    values = drawn({"normal": [0.2, 0.5]}, Bounds(0, 1))
    expected = stats.truncnorm(-0.4, 1.6, 0.2, 0.5)
    assert 0 <= values.min() < values.max() <= 1
    assert stats.kstest(values, expected.cdf).pvalue > 0.01
    clipped = np.clip(drawn({"normal": [0.2, 0.5]}), 0, 1)
    assert stats.kstest(clipped, expected.cdf).pvalue < 0.01


@given(st.integers(0, len(LAWS) - 1), st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_a_higher_draw_never_gives_a_lower_value(law: int, lower: int, higher: int) -> None:
    draws = np.sort(np.array([lower, higher])) / 2**53
    first, second = draw.values(Distribution.model_validate(LAWS[law][0]), draws, Bounds(low=0))
    assert 0 <= first <= second < math.inf


def test_a_law_of_another_scale_moves_everybody_alike() -> None:
    assert drawn({"lognormal": [400, 0.5]}) == pytest.approx(2 * drawn({"lognormal": [200, 0.5]}))
