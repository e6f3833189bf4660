import math
from collections.abc import Callable

import numpy as np
import pytest

from defectsim.analysis.tipping.bisection import next_round
from defectsim.analysis.tipping.points import tipping
from defectsim.analysis.tipping.switches import Evaluation, LeverRange, tracks
from defectsim.core.errors import AnalysisError
from defectsim.core.randomness import generator

WIDE = LeverRange("s", 0, 40)


def bisect(
    occurs: Callable[[int, float], bool | None],
    seeds: int = 40,
    lever: LeverRange = WIDE,
    tolerance: float = 0.002,
) -> list[Evaluation]:
    """Return all runs that the design asks for; none twice."""
    runs: list[Evaluation] = []
    while wanted := next_round(runs, lever, seeds, tolerance):
        runs += [(seed, value, occurs(seed, value)) for seed, value in wanted]
    assert len({run[:2] for run in runs}) == len(runs)
    return runs


def thresholds(name: str, deviation: float = 0.15, seeds: int = 40) -> list[float]:
    draws: list[float] = generator(5, ("test", name)).normal(12.27, deviation, seeds).tolist()
    return draws


def beyond(at: list[float]) -> Callable[[int, float], bool]:
    return lambda seed, value: value >= at[seed]


@pytest.mark.parametrize("deviation", [0.1, 0.15, 0.2])
@pytest.mark.parametrize("lever", [WIDE, LeverRange("s", 5, 20)], ids=["wide", "narrow"])
def test_forty_seeds_take_at_most_350_runs_and_lose_little_of_their_median(
    lever: LeverRange, deviation: float
) -> None:
    for repeat in range(4):
        at = thresholds(f"budget {repeat}", deviation)
        runs = bisect(beyond(at), lever=lever)
        assert len(runs) <= 350
        assert tipping(runs, lever).value == pytest.approx(np.median(at), abs=0.05)


def test_all_seeds_are_tried_at_both_ends_first() -> None:
    assert next_round([], WIDE, 3) == [(seed, end) for seed in range(3) for end in (0, 40)]


def test_the_next_round_does_not_depend_on_the_order_of_runs() -> None:
    at = thresholds("order")
    runs: list[Evaluation] = []
    while wanted := next_round(runs, WIDE, 40):
        mixed = generator(5, ("test", "order", len(runs))).permutation(len(runs))
        assert next_round([runs[place] for place in mixed], WIDE, 40) == wanted
        runs += [(seed, value, value >= at[seed]) for seed, value in wanted]


def test_seeds_that_never_switch_are_tried_at_the_quarters_and_no_further() -> None:
    for always in (False, True):
        runs = bisect(lambda seed, value, always=always: always, seeds=8)  # type: ignore[misc]
        assert sorted({value for _, value, _ in runs}) == [0, 10, 20, 30, 40]
        assert len(runs) == 5 * 8


def test_a_seed_that_never_switches_among_others_is_tried_where_they_do() -> None:
    at = [*thresholds("never", seeds=30), *[math.inf] * 10]
    runs = bisect(beyond(at))
    tried = [[value for one, value, _ in runs if one == seed] for seed in range(30, 40)]
    assert all(3 <= len(values) <= 8 for values in tried)
    assert all(any(12 < value < 12.6 for value in values) for values in tried)


def test_a_failed_run_is_not_asked_again_nor_any_other_of_its_seed() -> None:
    at = thresholds("failed")
    runs = bisect(lambda seed, value: None if seed == 1 and 0 < value < 40 else value >= at[seed])
    assert len([run for run in runs if run[0] == 1]) == 3
    assert bisect(lambda seed, value: None, seeds=4) == [
        (seed, end, None) for seed in range(4) for end in (0, 40)
    ]


def test_a_seed_that_switches_twice_far_apart_is_noticed() -> None:
    at = thresholds("twice")
    runs = bisect(lambda seed, value: value >= at[seed] and (seed % 8 > 0 or value < 25))
    found = {track.seed: len(track.switches) for track in tracks(runs, WIDE)}
    assert {seed for seed, switches in found.items() if switches == 2} == set(range(0, 40, 8))
    assert len(runs) <= 350


def test_brackets_are_as_wide_as_tolerated_and_narrower_around_the_median() -> None:
    at = thresholds("widths")
    for tolerance, least in ((0.002, 40 / 512), (0.0001, 40 / 16384)):
        runs = bisect(beyond(at), tolerance=tolerance)
        widths = np.array([one.width for track in tracks(runs, WIDE) for one in track.switches])
        assert widths.min() >= least * 0.999
        assert widths.max() <= 0.2
    assert np.median(widths[np.argsort(np.abs(np.array(at) - np.median(at)))[:9]]) < 0.04


def test_on_a_log_scale_values_are_placed_by_ratios() -> None:
    lever = LeverRange("rate", 0.001, 1000, "log")
    at = np.exp(generator(5, ("test", "log")).normal(0, 0.5, 20))
    runs = bisect(lambda seed, value: bool(value >= at[seed]), 20, lever)
    assert min(value for _, value, _ in runs if value > 0.001) > 0.01
    assert tipping(runs, lever).value == pytest.approx(np.median(at), rel=0.03)


def test_runs_that_were_made_for_something_else_are_used() -> None:
    at = thresholds("earlier")
    earlier: list[Evaluation] = [
        (seed, value, value >= at[seed]) for seed in range(40) for value in (0.0, 11.7, 12.9, 40.0)
    ]
    wanted = next_round(earlier, WIDE, 40)
    assert wanted
    assert all(11.7 < value < 12.9 for _, value in wanted)


def test_a_tolerance_must_be_a_small_share() -> None:
    for tolerance in (0, 0.3, -1):
        with pytest.raises(AnalysisError, match="no small share of the range"):
            next_round([], WIDE, 4, tolerance)
