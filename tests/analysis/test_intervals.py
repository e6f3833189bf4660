import math

import numpy as np
import pytest
from scipy import stats

from defectsim.analysis.intervals import (
    bootstrap_interval,
    chance_interval,
    effective_pairs,
    exact_interval,
    grouped_interval,
    mean_interval,
    prediction_interval,
    quantile_ranks,
    unpaired_chance_interval,
    unpaired_mean_interval,
    upper_bound,
)
from defectsim.core.errors import AnalysisError

EVEN = 1 + stats.norm.ppf((np.arange(80) + 0.5) / 80)
ONE_OF_40 = np.array([1.0] + [0.0] * 39)


def test_without_skewness_and_with_no_two_pairs_alike_it_is_the_t_interval() -> None:
    even = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]) + 5
    assert mean_interval(even) == pytest.approx(
        tuple(stats.ttest_1samp(even, 0).confidence_interval(0.95))
    )


def test_on_the_side_of_the_long_tail_it_reaches_further_by_edgeworths_first_term() -> None:
    skewed = stats.expon.ppf((np.arange(80) + 0.5) / 80)
    guarded = stats.t.ppf(0.975, effective_pairs(skewed) + 1)
    further = guarded + stats.skew(skewed) * (2 * guarded**2 + 1) / (6 * 80**0.5)
    found, mirrored = mean_interval(skewed), mean_interval(-skewed)
    assert found is not None
    assert (found.high - skewed.mean()) / (skewed.mean() - found.low) == pytest.approx(
        further / guarded
    )
    assert mirrored == pytest.approx((-found.high, -found.low))


def test_the_share_and_spread_of_few_differing_pairs_count_as_less_known() -> None:
    few = np.array([1.0, -1.0, *[0.0] * 38])
    arm = stats.t.ppf(0.975, 3) * (4 / 42 / 40) ** 0.5
    assert mean_interval(few) == pytest.approx((-arm, arm))
    assert mean_interval(few + 3) == pytest.approx((3 - arm, 3 + arm))


def test_one_differing_pair_says_no_less_than_the_exact_bound_of_its_chance() -> None:
    found = mean_interval(ONE_OF_40)
    assert found is not None
    assert found.high > stats.binomtest(1, 40).proportion_ci(method="exact").high


def test_a_little_more_skewness_is_a_little_more_width() -> None:
    tails = np.linspace(1, 50, 500)
    found = [mean_interval(np.append(np.linspace(-1, 1, 39), tail)) for tail in tails]
    widths = np.array([one.high - one.low for one in found if one])
    assert len(widths) == len(tails)
    assert (np.diff(widths) > 0).all()
    assert np.diff(widths).max() < 4 * np.diff(widths).mean()


@pytest.mark.parametrize("usual", [0.0, 3.0])
def test_pairs_that_differ_alike_carry_the_differences_one_as_much_as_another(usual: float) -> None:
    assert effective_pairs(usual + np.array([1.0] * 7 + [0.0] * 33)) == 7
    assert effective_pairs(usual + np.array([1.0, -1.0] * 20)) == 40
    assert effective_pairs(np.full(9, usual)) == effective_pairs(np.array([])) == 0


def test_one_pair_that_differs_by_far_more_carries_nearly_all_however_much_others_differ_a_little() -> (
    None
):
    assert effective_pairs(np.append(EVEN, 1_000)) == pytest.approx(1, abs=0.2)
    assert effective_pairs(np.append(np.repeat([0.0, 1.0], [90, 10]), 1_000)) == pytest.approx(
        1, abs=0.1
    )
    assert effective_pairs(EVEN) == pytest.approx(2 / np.pi * len(EVEN), rel=0.02)


def test_a_jump_among_small_differences_is_as_little_known_as_among_none() -> None:
    found, bare = (mean_interval(np.append(small, 100)) for small in (EVEN / 100, 0 * EVEN))
    assert found is not None
    assert bare is not None
    assert found.high - found.low == pytest.approx(bare.high - bare.low, rel=0.05)


@pytest.mark.parametrize("same", [[], [2.0], [0.0] * 9, [1.0] * 9])
def test_equal_pairs_have_no_interval_rather_than_one_of_no_width(
    same: list[float],
) -> None:
    assert mean_interval(np.array(same)) is None
    assert bootstrap_interval(np.array(same), ("x",)) is None


def test_a_bootstrap_is_the_same_each_time_and_close_to_the_t_interval() -> None:
    found = bootstrap_interval(EVEN, ("deserted",))
    assert found is not None
    assert found == bootstrap_interval(EVEN, ("deserted",))
    assert found != bootstrap_interval(EVEN, ("defected",))
    assert found == pytest.approx(
        tuple(stats.ttest_1samp(EVEN, 0).confidence_interval(0.95)), abs=0.02
    )


def test_a_difference_of_chances_has_the_interval_of_bonett_and_price() -> None:
    differences = np.repeat([1.0, -1.0, 0.0], [8, 2, 30])
    up, down = 9 / 42, 3 / 42
    arm = 1.959964 * np.sqrt((up + down - (up - down) ** 2) / 42)
    assert chance_interval(differences) == pytest.approx(
        (up - down - arm, up - down + arm), abs=1e-6
    )


def test_a_chance_that_never_differs_has_a_width_all_the_same() -> None:
    found = chance_interval(np.zeros(40))
    assert found.low == -found.high
    assert found.high == pytest.approx(2.77 / 42, rel=0.01)


def test_unpaired_intervals_are_those_of_the_books() -> None:
    base, other = np.array([1.0, 2.0, 4.0]), np.array([3.0, 7.0, 8.0, 9.0])
    welch = stats.ttest_ind(other, base, equal_var=False).confidence_interval(0.95)
    assert unpaired_mean_interval(base, other) == pytest.approx(tuple(welch))
    assert unpaired_mean_interval(np.ones(3), np.ones(3)) is None
    before, after = 3 / 12, 8 / 12
    arm = 1.959964 * np.sqrt(before * (1 - before) / 12 + after * (1 - after) / 12)
    chances = unpaired_chance_interval(np.repeat([1.0, 0.0], [2, 8]), np.repeat([1.0, 0.0], [7, 3]))
    assert chances == pytest.approx((after - before - arm, after - before + arm), abs=1e-6)


def test_bounds_are_exact() -> None:
    assert upper_bound(0, 60) == pytest.approx(1 - 0.05 ** (1 / 60))
    assert upper_bound(0, 60) == pytest.approx(3 / 60, rel=0.03)
    assert upper_bound(60, 60) == 1
    assert exact_interval(0, 40) == pytest.approx((0, 1 - 0.05 ** (1 / 40)))


@pytest.mark.parametrize("count", [5, 12, 40, 101])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_ranks_that_bound_a_quantile_are_those_of_the_binomial_interval(
    count: int, share: float
) -> None:
    numbers = np.arange(1.0, count + 1)
    low, high = stats.quantile_test(numbers, p=share).confidence_interval(0.9)
    ranks = quantile_ranks(count, share)
    assert ranks[0] == (0 if np.isnan(low) else low)
    assert ranks[1] == (count + 1 if np.isnan(high) else high)


def test_fewer_than_five_numbers_do_not_bound_their_median() -> None:
    assert quantile_ranks(4) == (0, 5)
    assert quantile_ranks(5) == (1, 5)
    assert quantile_ranks(40) == (15, 26)


def test_groups_of_one_trial_have_the_exact_interval() -> None:
    hits = np.repeat([1.0, 0.0], [12, 28])
    assert grouped_interval(hits, np.ones(40)) == pytest.approx(exact_interval(12, 40), rel=0.02)


def test_trials_that_agree_within_groups_count_once_a_group() -> None:
    hits = np.repeat([10.0, 0.0], [12, 28])
    assert grouped_interval(hits, np.full(40, 10)) == pytest.approx(
        exact_interval(12, 40), rel=0.02
    )
    assert grouped_interval(np.full(40, 10.0), np.full(40, 10)) == exact_interval(40, 40)


def test_trials_that_do_not_resemble_each_other_count_each() -> None:
    hits = stats.binom.ppf((np.arange(40) + 0.5) / 40, 10, 0.3)
    found, exact = grouped_interval(hits, np.full(40, 10)), exact_interval(hits.sum(), 400)
    assert found == pytest.approx(exact, rel=0.02)


def test_groups_without_trials_do_not_count() -> None:
    hits, trials = np.array([3.0, 0.0, 1.0]), np.array([4.0, 0.0, 2.0])
    assert grouped_interval(hits, trials) == grouped_interval(hits[[0, 2]], trials[[0, 2]])
    assert grouped_interval(np.zeros(2), np.zeros(2)) == (0, 1)


def test_groups_that_resemble_each_other_are_covered_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(1_000):
        hits = rng.binomial(10, rng.beta(1, 3, 60)).astype(float)
        low, high = grouped_interval(hits, np.full(60, 10.0))
        covered += low <= 0.25 <= high
    assert 0.87 <= covered / 1_000 <= 0.95


@pytest.mark.parametrize(("count", "rank"), [(19, 1), (40, 2), (59, 3), (100, 5), (12, 1), (4, 1)])
def test_a_prediction_interval_lies_between_two_of_the_numbers(count: int, rank: int) -> None:
    found = prediction_interval(np.random.default_rng(1).permutation(count).tolist())
    assert (found.low, found.high) == (rank - 1, count - rank)
    assert found.content == pytest.approx((count + 1 - 2 * rank) / (count + 1))
    assert (found.content >= 0.9) == (count >= 19)


def test_a_prediction_interval_holds_as_many_further_numbers_as_it_says() -> None:
    rng, held, assured, found = np.random.default_rng(2), 0.0, 0, None
    for _ in range(2_000):
        found = prediction_interval(rng.exponential(1, 40).tolist())
        inside = np.exp(-found.low) - np.exp(-found.high)
        held += inside
        assured += inside >= found.assured
    assert found is not None
    assert held / 2_000 == pytest.approx(found.content, abs=0.005)
    assert assured / 2_000 == pytest.approx(0.95, abs=0.02)


def test_a_prediction_interval_of_too_little_is_refused() -> None:
    with pytest.raises(AnalysisError, match="two numbers"):
        prediction_interval([1.0])
    with pytest.raises(AnalysisError, match="none missing"):
        prediction_interval([1.0, float("nan")])
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        prediction_interval([1.0, 2.0], content=90)


@pytest.mark.parametrize("values", ["12", 5, None, ["a", "b"], [[1, 2], [3, 4]], [1.0, math.inf]])
def test_a_prediction_interval_is_of_plain_numbers(values: object) -> None:
    with pytest.raises(AnalysisError, match="needs two numbers or more"):
        prediction_interval(values)  # type: ignore[arg-type]  # refused
