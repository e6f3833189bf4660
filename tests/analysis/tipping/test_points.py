import math
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.intervals import Interval, exact_interval
from defectsim.analysis.tipping.bisection import next_round
from defectsim.analysis.tipping.points import Tipping, boundary, tipping
from defectsim.analysis.tipping.switches import Evaluation, LeverRange
from defectsim.core.errors import AnalysisError
from defectsim.core.randomness import generator

PAY = LeverRange("pay cut", 0, 40, unit="%")
MEDIAN = 12.27


def bisect(
    occurs: Callable[[int, float], bool | None], seeds: int, lever: LeverRange = PAY
) -> list[Evaluation]:
    runs: list[Evaluation] = []
    while wanted := next_round(runs, lever, seeds):
        runs += [(seed, value, occurs(seed, value)) for seed, value in wanted]
    return runs


def read(occurs: Callable[[int, float], bool | None], seeds: int = 40) -> Tipping:
    return tipping(bisect(occurs, seeds), PAY, "the regime falls")


def steps(at: Sequence[float]) -> Tipping:
    return read(lambda seed, value: bool(value >= at[seed]), len(at))


def normal(name: str, seeds: int = 40) -> list[float]:
    draws: list[float] = generator(5, ("test", name)).normal(MEDIAN, 0.15, seeds).tolist()
    return draws


def test_the_interval_holds_the_true_median_in_at_least_88_of_100_repeats() -> None:
    found = [steps(normal(f"coverage {repeat}")) for repeat in range(100)]
    intervals = [one.interval for one in found if one.interval]
    assert len(intervals) == 100
    assert sum(low <= MEDIAN <= high for low, high in intervals) >= 88
    assert np.median([high - low for low, high in intervals]) < 0.25
    errors = np.array([one.value for one in found if one.value is not None]) - MEDIAN
    assert abs(errors.mean()) < 0.01
    assert (np.abs(errors) < 0.05).mean() > 0.8


def test_seeds_that_never_tip_count_above_all_others() -> None:
    at = [*normal("never", 30), *[math.inf] * 10]
    found = steps(at)
    assert found.value == pytest.approx(np.median(at), abs=0.05)
    assert (found.counts.never, found.counts.always) == (10, 0)
    assert found.never == exact_interval(10, 40)
    assert found.quantiles[2].value is None
    assert found.quantiles[2].interval.high == math.inf
    assert found.curve["share"].max() == pytest.approx(0.75)
    assert "in 10 of 40 seeds it occurs at no value tried" in found.found


def test_if_fewer_than_half_of_the_seeds_tip_there_is_no_tipping_point_but_a_reason() -> None:
    found = steps([*normal("few", 4), *[math.inf] * 6])
    assert (found.value, found.interval) == (None, None)
    assert found.reason == (
        "no tipping point in this range: in 6 of 10 seeds it occurs at no value tried"
    )
    assert found.quantiles[0].value is not None
    assert found.found == (
        "Whether the regime falls has no tipping point in pay cut 0 to 40 %: "
        "in 6 of 10 seeds it occurs at no value tried."
    )


def test_if_exactly_half_tip_the_last_of_them_is_where_half_have_tipped() -> None:
    found = steps([12.0, 13.0, 14.0, math.inf, math.inf, math.inf])
    assert found.value == pytest.approx(14, abs=0.1)


@pytest.mark.parametrize(
    ("occurs", "never", "always"),
    [
        (lambda seed, value: False, 40, 0),
        (lambda seed, value: True, 0, 40),
        (lambda seed, value: seed % 4 == 0, 30, 10),
        (lambda seed, value: seed % 2 == 0, 20, 20),
    ],
)
def test_where_nothing_switches_there_is_no_tipping_point(
    occurs: Callable[[int, float], bool], never: int, always: int
) -> None:
    found = read(occurs)
    assert (found.value, found.interval, found.direction) == (None, None, None)
    assert (found.counts.never, found.counts.always) == (never, always)
    assert found.curve["value"].to_list() == [0, 40]
    assert found.curve["share"].to_list() == pytest.approx([always / 40] * 2)
    assert found.reason is not None
    assert found.reason.startswith("no tipping point in this range")


def test_noise_unrelated_to_the_lever_is_no_tipping_point() -> None:
    found = read(
        lambda seed, value: bool(generator(seed, ("test", str(value))).random() < 0.2), seeds=40
    )
    assert found.value is None
    assert found.counts.repeated + found.counts.never + found.counts.reverse > 20


def test_an_outcome_that_occurs_below_the_threshold_has_the_same_tipping_point() -> None:
    at = normal("below")
    above, below = (
        read(lambda seed, value, up=up: (value >= at[seed]) == up)  # type: ignore[misc]
        for up in (True, False)
    )
    assert (below.value, below.interval) == (above.value, above.interval)
    assert (above.direction, below.direction) == ("above", "below")
    assert below.curve["share"].to_list() == pytest.approx((1 - above.curve["share"]).to_list())
    assert (below.curve["low"] <= below.curve["share"]).all()
    assert below.found.endswith("below which the regime falls.")


def test_some_seeds_that_switch_more_than_once_near_the_threshold_are_noticed() -> None:
    at = np.array(normal("noisy"))
    early = at - 0.4
    found = read(
        lambda seed, value: bool(value >= at[seed] or early[seed] <= value < early[seed] + 0.2)
    )
    assert found.counts.repeated > 0
    assert (found.counts.back, found.counts.reverse) == (0, 0)
    assert found.value is not None
    assert MEDIAN - 0.5 < found.value < MEDIAN + 0.1
    twice = found.thresholds.filter(pl.col("switches") > 1)
    assert twice.height == found.counts.repeated
    assert (twice["below"].to_numpy() < early[twice["seed"]]).all()
    assert (twice["above"].to_numpy() >= at[twice["seed"]]).all()
    assert f"in at least {twice.height} of 40 seeds it switches more than once" in found.found


def test_where_most_seeds_switch_back_there_is_no_tipping_point() -> None:
    at = normal("back")
    found = read(lambda seed, value: at[seed] <= value and (value < 25 or seed < 15))
    assert found.value is None
    assert found.counts.back == found.counts.repeated > 20
    assert found.counts.back + found.counts.never == 25
    assert "seeds it switches more than once" in found.found


def test_a_few_that_switch_back_or_the_other_way_widen_the_interval_alone() -> None:
    at = normal("a few")
    usual = steps(at)
    odd = read(lambda seed, value: at[seed] <= value < 25 if seed < 4 else value >= at[seed])
    other = read(lambda seed, value: (value >= at[seed]) == (seed >= 4))
    assert usual.interval
    for found in (odd, other):
        assert found.value == pytest.approx(MEDIAN, abs=0.06)
        assert found.interval
        assert found.interval.low <= usual.interval.low
        assert found.interval.high >= usual.interval.high
    assert (odd.counts.back, odd.counts.reverse) == (4, 0)
    assert (other.counts.back, other.counts.reverse, other.counts.repeated) == (0, 4, 0)


def test_seeds_with_a_failed_run_are_left_out_and_told() -> None:
    at = normal("failed")
    found = read(lambda seed, value: None if seed == 1 and value > 20 else value >= at[seed])
    assert (found.counts.seeds, found.counts.failed) == (39, 1)
    assert "1 seed left out, since a run failed" in found.found
    assert found.value is not None
    none = read(lambda seed, value: None, seeds=4)
    assert none.value is None
    assert none.thresholds.is_empty()
    assert none.curve.is_empty()
    assert none.reason == ("no tipping point in this range: 4 seeds left out, since a run failed")


def test_the_order_of_runs_does_not_matter() -> None:
    at = normal("order")
    runs = bisect(lambda seed, value: value >= at[seed], 40)
    mixed = [runs[place] for place in generator(5, ("test", "mixed")).permutation(len(runs))]
    one, other = tipping(runs, PAY), tipping(mixed, PAY)
    assert (one.found, one.quantiles) == (other.found, other.quantiles)
    assert one.curve.equals(other.curve)
    assert one.thresholds.equals(other.thresholds)


def test_the_interval_is_that_of_order_statistics_on_the_ends_of_brackets() -> None:
    runs = [(seed, float(value), value > seed) for seed in range(20) for value in range(21)]
    found = tipping(runs, LeverRange("s", 0, 20))
    assert found.value == pytest.approx(10, abs=0.02)
    assert found.interval == Interval(5, 15)
    assert found.quantiles[0].interval == Interval(-math.inf, 5)
    at_ten = found.curve.filter(value=10).row(0, named=True)
    assert at_ten["share"] == pytest.approx(0.5)
    assert (at_ten["low"], at_ten["high"]) == pytest.approx(exact_interval(10, 20))


def test_too_few_seeds_have_no_bounds() -> None:
    found = steps([12.0, 13.0, 14.0, 15.0])
    assert found.value == pytest.approx(13.5, abs=0.1)
    assert found.interval == Interval(-math.inf, math.inf)
    assert "(90 % interval below 0 to above 40)" in found.found


def test_the_sentence_names_lever_unit_and_outcome() -> None:
    runs = [(seed, float(value), value > seed) for seed in range(20) for value in range(21)]
    assert tipping(runs, LeverRange("pay cut", 0, 20, unit="%"), "the regime falls", 0.8).found == (
        "Half of 20 seeds tip at pay cut 10.0 % (80 % interval 6.0 to 14.0), "
        "above which the regime falls."
    )


def test_without_runs_there_is_an_error() -> None:
    with pytest.raises(AnalysisError, match="pay cut has not been tried"):
        tipping([], PAY)


def test_the_boundary_of_two_levers_is_the_tipping_point_of_one_at_each_value_of_the_other() -> (
    None
):
    at = normal("boundary")

    def under(fear: float) -> pl.DataFrame:
        runs = bisect(lambda seed, value: value >= fear * at[seed], 40)
        columns = ["seed", "value", "occurred"]
        return pl.DataFrame(runs, schema=columns, orient="row").with_columns(fear=pl.lit(fear))

    runs = pl.concat(under(fear) for fear in (2.0, 1.0, 5.0))
    found = boundary(runs, "fear", PAY, "the regime falls")
    assert found["fear"].to_list() == [1, 2, 5]
    assert found["value"].to_list()[:2] == pytest.approx([MEDIAN, 2 * MEDIAN], abs=0.15)
    assert found.row(2, named=True)["value"] is None
    assert found["never"].to_list() == [0, 0, 40]
    assert found["found"][2].startswith("Whether the regime falls has no tipping point")
    assert found.equals(boundary(runs.reverse(), "fear", PAY, "the regime falls"))


def test_thresholds_as_granovetters_tip_where_his_crowd_does() -> None:
    people = 10_000

    def riots(seed: int, deviation: float) -> bool:
        sorted_thresholds = 25 + deviation * crowds[seed]
        stays = np.append(sorted_thresholds, math.inf) > 100 * np.arange(people + 1) / people
        return bool(np.argmax(stays) > people / 2)

    crowds = [
        np.sort(generator(seed, ("test", "crowd")).standard_normal(people)) for seed in range(40)
    ]
    lever = LeverRange("deviation", 5, 20, unit="%")
    runs = bisect(riots, 40, lever)
    found = tipping(runs, lever, "most people riot")
    assert len(runs) <= 350
    assert found.value == pytest.approx(MEDIAN, abs=0.1)
    assert found.interval
    assert found.interval.low < MEDIAN < found.interval.high
