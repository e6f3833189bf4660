"""The stopping rule of `--precision`: how often its interval holds the truth, where the naive rule's does not."""

import numpy as np
import pytest
from scipy import stats

from defectsim.analysis.intervals import chance_interval, mean_interval
from defectsim.analysis.precision import FIRST, PrecisionTarget
from defectsim.core.choices import MOST_REPLICATES
from difference_distributions import (
    OFF_RAMP,
    DifferenceDistribution,
    Numbers,
    drawn_from,
    exponential,
    fewest,
    jumping,
    lognormal,
    normal,
    one,
    rarely,
)

STUDIES = 2_000
FEWEST = fewest(STUDIES)
"""93.4 %: an interval that holds the truth 92.5 % of the time holds it in fewer, in nineteen tests of twenty."""
EVER = 4 * MOST_REPLICATES

DISTRIBUTIONS = {
    "normal": normal(0.3),
    "skewed": exponential(),
    "a fifth differ": rarely(0.2, exponential()),
    "a tenth differ by one": rarely(0.1, one()),
    "a tenth differ from a change that most have": rarely(0.1, exponential(), usual=3),
    "a twentieth differ, either way": rarely(0.05, normal(0)),
    "a fiftieth differ": rarely(0.02, exponential()),
    "all differ a little, a tenth by ten times as much": jumping(0.1, 10),
    "all differ a little, a tenth by a hundred times as much": jumping(0.1, 100),
    "the off-ramp": drawn_from(OFF_RAMP),
}


def stopped(draws: Numbers, precision: PrecisionTarget) -> Numbers:
    """Return the pairs with which the rule ends."""
    pairs = FIRST
    while pairs < len(draws):
        verdict = precision.verdict(draws[:pairs])
        if verdict.enough:
            break
        pairs = min(verdict.needed, len(draws))
    return draws[:pairs]


def held(
    distribution: DifferenceDistribution, wanted: int, at_most: int = EVER, studies: int = STUDIES
) -> tuple[int, int]:
    """Return in how many studies the interval at which the rule ends holds the mean, and how many it ended itself."""
    precision = PrecisionTarget("deserted", "count", distribution.half_width(wanted))
    held = ended = 0
    for study in range(studies):
        draws = stopped(distribution.draw(np.random.default_rng([1, study]), at_most), precision)
        found = mean_interval(draws)
        assert found is not None
        ended += precision.verdict(draws).enough
        held += found.low <= distribution.mean <= found.high
    return held, ended


def naive(draws: Numbers, mean: float, half_width: float) -> bool:
    """Say whether "stop when the interval is narrow enough, from 5 pairs on" ends with one that holds the mean."""
    pairs = np.arange(1, len(draws) + 1)
    means = draws.cumsum() / pairs
    spread = np.sqrt(
        np.maximum((draws**2).cumsum() - pairs * means**2, 0) / np.maximum(pairs - 1, 1)
    )
    arms = stats.t.ppf(0.975, np.maximum(pairs - 1, 1)) * spread / np.sqrt(pairs)
    narrow = arms <= half_width
    narrow[:4] = False
    last = int(narrow.argmax()) if narrow.any() else len(draws) - 1
    return bool(abs(means[last] - mean) <= arms[last])


@pytest.mark.parametrize("wanted", [pytest.param(10, marks=pytest.mark.long), 150])
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_interval_at_which_the_rule_stops_holds_the_truth_as_often_as_it_says(
    distribution: str, wanted: int
) -> None:
    right, ended = held(DISTRIBUTIONS[distribution], wanted)
    assert ended == STUDIES
    assert right >= FEWEST


def test_the_interval_of_those_that_at_most_ends_holds_it_too() -> None:
    right, ended = held(DISTRIBUTIONS["a fifth differ"], 150, at_most=250)
    assert STUDIES / 3 < ended < 2 * STUDIES / 3
    assert right >= FEWEST


@pytest.mark.parametrize(
    "distribution", ["skewed", "a fifth differ", "a tenth differ by one", "a fiftieth differ"]
)
def test_the_naive_rule_fails_the_same_test(distribution: str) -> None:
    half_width, studies = DISTRIBUTIONS[distribution].half_width(10), 500
    draws = (
        DISTRIBUTIONS[distribution].draw(np.random.default_rng([1, study]), MOST_REPLICATES)
        for study in range(studies)
    )
    assert sum(naive(one, DISTRIBUTIONS[distribution].mean, half_width) for one in draws) < fewest(
        studies
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("distribution", "percent"),
    [(jumping(0.05, 50), 84), (jumping(0.02, 50), 53), (jumping(0.01, 100), 33), (lognormal(), 91)],
)
def test_what_the_first_pairs_do_not_show_the_rule_misses_as_often_as_is_documented(
    distribution: DifferenceDistribution, percent: int
) -> None:
    right, _ = held(distribution, 150, studies=1_000)
    assert right / 10 == pytest.approx(percent, abs=3)


@pytest.mark.long
@pytest.mark.parametrize(("share", "jump"), [(0.05, 50), (0.02, 50), (0.01, 100)])
def test_of_a_jump_that_the_first_pairs_show_it_does_not_miss_more(
    share: float, jump: float
) -> None:
    distribution = jumping(share, jump)
    precision = PrecisionTarget("deserted", "count", distribution.half_width(150))
    shown = right = 0
    for study in range(STUDIES):
        draws = distribution.draw(np.random.default_rng([1, study]), EVER)
        if draws[:FIRST].max() < jump / 2:
            continue
        found = mean_interval(stopped(draws, precision))
        assert found is not None
        shown += 1
        right += found.low <= distribution.mean <= found.high
    assert right >= fewest(shown)


CHANCES = [(0.0, 0.0), (0.02, 0.0), (0.05, 0.05), (0.3, 0.1)]


def chances(study: int, gained: float, lost: float) -> Numbers:
    drawn = np.random.default_rng([2, study]).random(MOST_REPLICATES)
    return (drawn < gained) * 1.0 - (drawn > 1 - lost)


@pytest.mark.parametrize(("gained", "lost"), CHANCES)
def test_the_rule_holds_for_chances_too(gained: float, lost: float) -> None:
    precision = PrecisionTarget("falls", "chance", 0.05)
    right = 0
    for study in range(STUDIES):
        draws = stopped(chances(study, gained, lost), precision)
        found = chance_interval(draws)
        assert found.reach(float(draws.mean())) <= precision.half_width
        right += found.low <= gained - lost <= found.high
    assert right >= FEWEST


@pytest.mark.parametrize(("gained", "lost"), [(0.02, 0.0), (0.3, 0.1)])
def test_the_naive_rule_fails_for_chances_too(gained: float, lost: float) -> None:
    studies = 500
    right = sum(
        naive(chances(study, gained, lost), gained - lost, 0.05) for study in range(studies)
    )
    assert right < fewest(studies)
