"""The stopping rule of `--precision`: how often its interval holds the truth, where the naive rule's does not."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from defectsim.analysis.intervals import chance_interval, mean_interval
from defectsim.analysis.precision import FIRST, MOST, Precision

type Numbers = NDArray[np.float64]
type Draw = Callable[[np.random.Generator, int], Numbers]

STUDIES = 500
NOMINAL = 0.95
FEWEST = int(stats.binom.ppf(0.001, STUDIES, NOMINAL))
"""An interval that holds the truth 95 % of the time does so in fewer studies than this once in a thousand tests."""


def rarely(share: float, size: Draw) -> Draw:
    return lambda rng, pairs: (rng.random(pairs) < share) * size(rng, pairs)


def normal(rng: np.random.Generator, pairs: int) -> Numbers:
    return rng.normal(0.3, 1, pairs)


def skewed(rng: np.random.Generator, pairs: int) -> Numbers:
    return rng.exponential(1, pairs)


def one(rng: np.random.Generator, pairs: int) -> Numbers:
    return np.ones(pairs)


def either(rng: np.random.Generator, pairs: int) -> Numbers:
    return rng.normal(0, 1, pairs)


LAWS: dict[str, tuple[Draw, float, float]] = {
    "normal": (normal, 0.3, 1.0),
    "skewed": (skewed, 1.0, 1.0),
    "a fifth differ": (rarely(0.2, skewed), 0.2, 0.6),
    "a tenth differ by one": (rarely(0.1, one), 0.1, 0.3),
    "a twentieth differ, either way": (rarely(0.05, either), 0.0, 0.05**0.5),
    "a fiftieth differ": (rarely(0.02, skewed), 0.02, 0.199),
}
"""A law of differences, its mean and its standard deviation."""


def stopped(draws: Numbers, precision: Precision) -> Numbers:
    """Return the pairs with which the rule ends."""
    pairs = FIRST
    while pairs < len(draws):
        verdict = precision.verdict(draws[:pairs])
        if verdict.enough:
            break
        pairs = min(verdict.needed, len(draws))
    return draws[:pairs]


def naive(draws: Numbers, mean: float, half_width: float) -> bool:
    """Say whether "stop when the interval is narrow enough, from 5 pairs on" ends with one that holds the mean."""
    pairs = np.arange(1, len(draws) + 1)
    means = draws.cumsum() / pairs
    spread = np.sqrt(np.maximum((draws**2).cumsum() - pairs * means**2, 0) / np.maximum(pairs - 1, 1))
    arms = stats.t.ppf(0.975, np.maximum(pairs - 1, 1)) * spread / np.sqrt(pairs)
    narrow = arms <= half_width
    narrow[:4] = False
    last = int(narrow.argmax()) if narrow.any() else len(draws) - 1
    return bool(abs(means[last] - mean) <= arms[last])


def half_width(deviation: float, pairs: int) -> float:
    """Return the half-width that so many pairs would give, were the deviation known."""
    return float(stats.norm.ppf(0.975) * deviation / np.sqrt(pairs))


@pytest.mark.parametrize("wanted", [10, 150])
@pytest.mark.parametrize("law", LAWS)
def test_the_interval_at_which_the_rule_stops_holds_the_truth_as_often_as_it_says(law: str, wanted: int) -> None:
    draw, mean, deviation = LAWS[law]
    precision = Precision("deserted", "count", half_width(deviation, wanted))
    held = 0
    for study in range(STUDIES):
        draws = stopped(draw(np.random.default_rng([1, study]), 20 * MOST), precision)
        found = mean_interval(draws)
        assert found is not None
        assert found.reach(float(draws.mean())) <= precision.half_width
        held += found.low <= mean <= found.high
    assert held >= FEWEST


@pytest.mark.parametrize("law", ["skewed", "a fifth differ", "a tenth differ by one", "a fiftieth differ"])
def test_the_naive_rule_fails_the_same_test(law: str) -> None:
    draw, mean, deviation = LAWS[law]
    wanted = half_width(deviation, 10)
    draws = (draw(np.random.default_rng([1, study]), MOST) for study in range(STUDIES))
    assert sum(naive(one, mean, wanted) for one in draws) < FEWEST


@pytest.mark.parametrize(("gained", "lost"), [(0.0, 0.0), (0.02, 0.0), (0.05, 0.05), (0.3, 0.1)])
def test_the_rule_holds_for_chances_too(gained: float, lost: float) -> None:
    precision = Precision("falls", "chance", 0.05)
    held = 0
    for study in range(STUDIES):
        drawn = np.random.default_rng([2, study]).random(MOST)
        draws = stopped((drawn < gained) * 1.0 - (drawn > 1 - lost), precision)
        found = chance_interval(draws)
        assert found.reach(float(draws.mean())) <= precision.half_width
        held += found.low <= gained - lost <= found.high
    assert held >= FEWEST
