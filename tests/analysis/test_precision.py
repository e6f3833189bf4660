import numpy as np
import pytest

from defectsim.analysis.intervals import MIN_EFFECTIVE_PAIRS
from defectsim.analysis.precision import FIRST, PrecisionTarget, replicates_wanted
from defectsim.core.errors import PlanError, UnknownOutcomeError
from madeup import compared, frame, run

RUNS = compared(deserted=([1], [2]))
TWO = PrecisionTarget("deserted", "count", 2.0)
EVEN = np.tile([-1.0, 1.0, -2.0, 2.0], 25)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("2", "deserted", 2),
        (" 2.5 ", "deserted", 2.5),
        (".5pp", "loyal_share", 0.005),
        ("0.5pp", "falls", 0.005),
        ("1 pp", "coup", 0.01),
    ],
)
def test_people_and_percentage_points_are_read(text: str, name: str, expected: float) -> None:
    asked = PrecisionTarget.parse(text, RUNS, name)
    assert (asked.name, asked.half_width) == (name, pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("0", "deserted", "precision '0' is no half-width: it must be a number above 0"),
        ("0.0pp", "falls", "must be a number above 0"),
        ("-1", "deserted", "must be a number above 0"),
        ("nan", "deserted", "must be a number above 0"),
        ("1e-3", "deserted", "must be a number above 0"),
        ("5%", "falls", "followed by pp for percentage points"),
        ("2pp", "deserted", "deserted is a count, which has no percentage points; say 2$"),
        ("2", "loyal_share", "loyal_share is a share; say percentage points, such as 2pp"),
        ("2", "falls", "falls is a chance; say percentage points, such as 2pp"),
        ("2", "desertd", "did you mean 'deserted'"),
    ],
)
def test_anything_else_is_refused(text: str, name: str, message: str) -> None:
    with pytest.raises((PlanError, UnknownOutcomeError), match=message):
        PrecisionTarget.parse(text, RUNS, name)


def test_nothing_is_decided_before_the_first_pairs_are_there() -> None:
    verdict = TWO.verdict(np.linspace(-0.1, 0.1, FIRST - 1))
    assert (verdict.enough, verdict.needed) == (False, FIRST)


def test_it_is_enough_when_the_interval_reaches_no_further_than_asked() -> None:
    verdict = PrecisionTarget("deserted", "count", 0.5).verdict(EVEN)
    assert verdict.enough
    assert verdict.needed == verdict.pairs == 100
    assert verdict.reach is not None
    assert verdict.reach <= 0.5


def test_as_many_are_asked_for_as_it_seems_to_need_and_at_most_twice_as_many() -> None:
    reach = TWO.verdict(EVEN).reach
    assert reach is not None
    assert (
        PrecisionTarget("deserted", "count", 1.001 * reach / 1.2**0.5).verdict(EVEN).needed == 120
    )
    assert PrecisionTarget("deserted", "count", reach / 10).verdict(EVEN).needed == 200


def test_a_few_pairs_that_differ_are_not_enough_however_little() -> None:
    few = np.zeros(100)
    few[: MIN_EFFECTIVE_PAIRS - 1] = 0.125
    assert not TWO.verdict(few).enough
    assert TWO.verdict(few).needed == 200
    few[MIN_EFFECTIVE_PAIRS] = 0.125
    assert TWO.verdict(few).enough
    assert not TWO.verdict(np.zeros(100)).enough


def test_pairs_that_differ_by_next_to_nothing_are_not_enough_where_one_differs_by_much() -> None:
    wide = PrecisionTarget("deserted", "count", 100.0)
    assert wide.verdict(EVEN).enough
    assert not wide.verdict(np.append(EVEN, 1_000.0)).enough
    assert wide.verdict(np.append(EVEN, 1_000.0)).effective_pairs < 2
    assert TWO.verdict(np.array([])).effective_pairs == 0


def test_a_chance_that_never_differs_is_enough_when_its_interval_is() -> None:
    points = PrecisionTarget("falls", "chance", 0.02)
    assert not points.verdict(np.zeros(100)).enough
    assert points.verdict(np.zeros(140)).enough


def test_replicates_are_asked_for_as_the_scenario_that_needs_most() -> None:
    rows = [
        run(
            replicate,
            point=point,
            scenario=name,
            deserted=100 + spread * (-1) ** replicate + replicate % 3,
        )
        for point, (name, spread) in enumerate({"base": 0, "calm": 1, "wild": 40}.items())
        for replicate in range(FIRST)
    ]
    wanted, verdicts = replicates_wanted(frame(rows), TWO, at_most=1_000)
    assert verdicts["calm"].enough
    assert wanted == verdicts["wild"].needed == 2 * FIRST
    assert replicates_wanted(frame(rows), TWO, at_most=60)[0] == 60
    calm = frame([row for row in rows if row["scenario"] != "wild"])
    assert replicates_wanted(calm, TWO, at_most=1_000)[0] == FIRST


def test_failed_replicates_are_made_up_for() -> None:
    rows = [
        run(replicate, point=point, scenario=name, status="failed" if replicate % 2 else "done")
        for point, name in enumerate(("base", "other"))
        for replicate in range(FIRST)
    ]
    wanted, verdicts = replicates_wanted(frame(rows), TWO, at_most=1_000)
    assert verdicts["other"].pairs == FIRST / 2
    assert wanted == 2 * FIRST


def test_no_replicates_are_added_if_every_run_fails() -> None:
    rows = [
        run(replicate, point=point, scenario=name, status="failed")
        for point, name in enumerate(("base", "other"))
        for replicate in range(FIRST)
    ]
    assert replicates_wanted(frame(rows), TWO, at_most=1_000)[0] == FIRST
