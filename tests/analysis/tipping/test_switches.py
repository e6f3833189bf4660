import math

import pytest

from defectsim.analysis.tipping.switches import Evaluation, LeverRange, Track, majority, tracks
from defectsim.core.errors import AnalysisError

PAY = LeverRange("pay", 0, 10, unit="%")


def track(occurred: str) -> Track:
    """Return the track of a seed tried at 0, 1, 2, ..., in which `x` means that it occurred."""
    values = tuple(map(float, range(len(occurred))))
    return Track(0, values, tuple(mark == "x" for mark in occurred), failed=False)


@pytest.mark.parametrize(
    ("occurred", "switches", "threshold"),
    [
        ("..xx", 1, (1, 2)),
        (".x.x", 3, (0, 3)),
        ("....", 0, (3, math.inf)),
        ("xxxx", 0, (-math.inf, 0)),
        (".x..", 2, (-math.inf, math.inf)),
        ("x...", 1, (-math.inf, math.inf)),
    ],
)
def test_a_threshold_lies_between_the_first_and_the_last_switch(
    occurred: str, switches: int, threshold: tuple[float, float]
) -> None:
    assert len(track(occurred).switches) == switches
    assert track(occurred).threshold("above") == threshold


def test_below_a_threshold_it_is_the_other_way_round() -> None:
    assert track("xx..").threshold("below") == (1, 2)
    assert track("xxxx").threshold("below") == (3, math.inf)
    assert track("....").threshold("below") == (-math.inf, 0)


def test_the_side_is_that_of_most_seeds_that_have_one() -> None:
    assert majority([track(".x"), track(".x"), track("x."), *[track("x")] * 9]) == "above"
    assert majority([track(".x"), track("x."), track("x.")]) == "below"
    assert majority([track(".x.")]) is None


def test_seeds_and_values_are_put_in_order_and_a_failed_run_marks_its_seed() -> None:
    runs: list[Evaluation] = [(7, 5, True), (2, 1, False), (7, 0, False), (2, 5, None)]
    found = tracks(runs, PAY)
    assert found == tracks(runs[::-1], PAY)
    assert found == [
        Track(2, (1,), (False,), failed=True),
        Track(7, (0, 5), (False, True), failed=False),
    ]


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ([(3, 5.0, True), (3, 5.0, False)], "seed 3 has two results at pay 5 %"),
        ([(3, 5.0, True), (3, 5.0, None)], "seed 3 has two results"),
        ([(3, 11.0, True)], "seed 3 was run at pay 11 %, out of the range 0 to 10"),
        ([(3, math.nan, True)], "out of the range"),
    ],
)
def test_runs_that_cannot_be_read_are_refused(runs: list[Evaluation], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        tracks(runs, PAY)


def test_the_same_result_twice_counts_once() -> None:
    assert tracks([(3, 5, True), (3, 5, True)], PAY) == tracks([(3, 5, True)], PAY)


@pytest.mark.parametrize(
    ("low", "high", "scale", "message"),
    [
        (2, 2, "linear", "the range 2 to 2 is none"),
        (0, math.inf, "linear", "the range 0 to inf is none"),
        (0, 1, "log", "a range from 0 has no logarithm"),
    ],
)
def test_a_range_has_two_ends_and_on_a_log_scale_they_are_positive(
    low: float, high: float, scale: str, message: str
) -> None:
    with pytest.raises(AnalysisError, match=message):
        LeverRange("pay", low, high, scale)  # type: ignore[arg-type]


@pytest.mark.parametrize("lever", [LeverRange("pay", 0.3, 7), LeverRange("pay", 0.3, 7, "log")])
def test_positions_and_values_are_each_others_inverse_and_exact_at_the_ends(
    lever: LeverRange,
) -> None:
    assert (lever.value(0), lever.value(1)) == (0.3, 7)
    assert lever.position(lever.value(0.3)) == pytest.approx(0.3)
    assert LeverRange("pay", 0.01, 100, "log").value(0.5) == pytest.approx(1)
