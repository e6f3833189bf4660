"""Intervals of paired differences hold the truth as often as they say, also where few pairs differ."""

import numpy as np
import pytest
from scipy import stats

from defectsim.analysis import intervals
from defectsim.analysis.intervals import (
    MIN_EFFECTIVE_PAIRS,
    bootstrap_interval,
    chance_interval,
    effective_pairs,
    mean_interval,
)
from difference_distributions import (
    OFF_RAMP,
    DifferenceDistribution,
    drawn_from,
    exponential,
    fewest,
    jumping,
    lognormal,
    normal,
    rarely,
)

SAMPLES = 2_000
FEWEST = fewest(SAMPLES)
A_TENTH = rarely(0.1, exponential())

DISTRIBUTIONS = {
    "normal": normal(0.3),
    "skewed": exponential(),
    "a fifth differ": rarely(0.2, exponential()),
    "a twentieth differ, either way": rarely(0.05, normal(0)),
    "all differ a little, a tenth by ten times as much": jumping(0.1, 10),
    "all differ a little, a twentieth by fifty times as much": jumping(0.05, 50),
}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_interval_of_60_pairs_holds_the_mean(distribution: str) -> None:
    held = 0
    for study in range(SAMPLES):
        found = mean_interval(
            DISTRIBUTIONS[distribution].draw(np.random.default_rng([3, study]), 60)
        )
        held += found is not None and found.low <= DISTRIBUTIONS[distribution].mean <= found.high
    assert held >= FEWEST


@pytest.mark.parametrize("pairs", [60, 200, 1_000])
@pytest.mark.parametrize("differ", [8, 20])
@pytest.mark.parametrize("size", [exponential(), lognormal()], ids=["exponential", "lognormal"])
def test_it_holds_the_mean_where_a_few_of_any_number_of_pairs_differ_by_skewed_amounts(
    size: DifferenceDistribution, differ: int, pairs: int
) -> None:
    distribution, held = rarely(differ / pairs, size), 0
    for study in range(SAMPLES):
        found = mean_interval(distribution.draw(np.random.default_rng([4, study]), pairs))
        held += found is not None and found.low <= distribution.mean <= found.high
    assert held >= 0.93 * SAMPLES


@pytest.mark.parametrize("pairs", [100, 300])
def test_the_guarded_interval_holds_the_mean_where_few_pairs_differ_and_a_plain_one_does_not(
    pairs: int,
) -> None:
    guarded = plain = 0
    for study in range(SAMPLES):
        drawn = A_TENTH.draw(np.random.default_rng([3, study]), pairs)
        found, usual = mean_interval(drawn), stats.ttest_1samp(drawn, 0).confidence_interval()
        guarded += found is not None and found.low <= A_TENTH.mean <= found.high
        plain += usual.low <= A_TENTH.mean <= usual.high
    assert guarded >= FEWEST
    assert plain < FEWEST


@pytest.mark.parametrize("pairs", [60, 100, 200])
def test_of_the_off_ramp_it_holds_the_mean_once_a_pair_shows_what_carries_it_and_says_when_few_do(
    pairs: int,
) -> None:
    distribution = drawn_from(OFF_RAMP)
    shown = held = relied = 0
    for study in range(SAMPLES):
        drawn = distribution.draw(np.random.default_rng([3, study]), pairs)
        found = mean_interval(drawn)
        right = found is not None and found.low <= distribution.mean <= found.high
        shown += drawn.max() > 300
        held += right and drawn.max() > 300
        relied += effective_pairs(drawn) >= MIN_EFFECTIVE_PAIRS and not right
    assert held >= fewest(shown)
    assert relied < 0.01 * SAMPLES
    assert shown / SAMPLES == pytest.approx(1 - 0.975**pairs, abs=0.03)


@pytest.mark.parametrize(
    ("distribution", "pairs", "percent"),
    [(normal(0.3), 60, 95), (exponential(), 60, 94), (A_TENTH, 60, 89), (A_TENTH, 200, 92)],
)
def test_a_bootstrap_holds_less_where_few_pairs_differ(
    distribution: DifferenceDistribution, pairs: int, percent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 999)
    held = 0
    for study in range(1_000):
        found = bootstrap_interval(
            distribution.draw(np.random.default_rng([4, study]), pairs), ("deserted",)
        )
        held += found is not None and found.low <= distribution.mean <= found.high
    assert held / 10 == pytest.approx(percent, abs=2)


@pytest.mark.parametrize(
    ("gained", "lost"), [(0.0, 0.0), (0.02, 0.0), (0.05, 0.05), (0.1, 0.02), (0.3, 0.1), (0.5, 0.3)]
)
@pytest.mark.parametrize("pairs", [20, 40])
def test_the_interval_of_a_difference_of_chances_covers_it_exactly_counted(
    pairs: int, gained: float, lost: float
) -> None:
    covered = 0.0
    for up in range(pairs + 1):
        for down in range(pairs + 1 - up):
            differences = np.repeat([1.0, -1.0, 0.0], [up, down, pairs - up - down])
            found = chance_interval(differences)
            if found.low <= gained - lost <= found.high:
                counts = [up, down, pairs - up - down]
                covered += stats.multinomial.pmf(counts, pairs, [gained, lost, 1 - gained - lost])
    assert covered >= 0.94
