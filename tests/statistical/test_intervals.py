"""Intervals of paired differences hold the truth as often as they say, also where few pairs differ."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from defectsim.analysis.intervals import chance_interval, mean_interval

SAMPLES = 1_000
FEWEST = int(stats.binom.ppf(0.001, SAMPLES, 0.95))


def rare(study: int, pairs: int) -> NDArray[np.float64]:
    """A tenth of pairs differ, all one way, by very different amounts: mean 0.1."""
    rng = np.random.default_rng([3, study])
    return (rng.random(pairs) < 0.1) * rng.exponential(1, pairs)


@pytest.mark.parametrize("pairs", [100, 300])
def test_the_guarded_interval_holds_the_mean_where_few_pairs_differ_and_a_plain_one_does_not(pairs: int) -> None:
    guarded = plain = 0
    for study in range(SAMPLES):
        found, usual = mean_interval(rare(study, pairs)), stats.ttest_1samp(rare(study, pairs), 0).confidence_interval()
        assert found is not None
        guarded += found.low <= 0.1 <= found.high
        plain += usual.low <= 0.1 <= usual.high
    assert guarded >= FEWEST
    assert plain < FEWEST


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
