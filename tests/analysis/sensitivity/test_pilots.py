import numpy as np
import pytest

from defectsim.analysis.intervals import Numbers
from defectsim.analysis.sensitivity.pilots import replicates_for
from defectsim.core.randomness import generator


def pilot(points: int, replicates: int, noise: float, seed: int) -> Numbers:
    """Return normal outcomes, with a variance of 1 between points."""
    rng = generator(seed, ("pilot",))
    middle = rng.normal(size=(points, 1))
    return middle + noise * rng.normal(size=(points, replicates))


@pytest.mark.parametrize(("share", "needed"), [(0.5, 4), (0.2, 16), (0.1, 36)])
def test_replicates_leave_chance_the_share_that_is_asked_for(share: float, needed: int) -> None:
    found = replicates_for(pilot(400, 10, 2.0, 1), share, 0)
    assert found.fault is None
    assert found.needed == pytest.approx(needed, rel=0.15, abs=1)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= needed <= found.high + 1


def test_the_interval_holds_the_replicates_needed_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(60):
        found = replicates_for(pilot(30, 8, 2.0, seed), 0.2, seed)
        held += (found.low or np.inf) <= 16 <= (found.high or np.inf)
    assert held >= 48


def test_chances_count_like_any_other_outcome() -> None:
    rng = generator(3, ("pilot",))
    falls = rng.random((600, 8)) < rng.choice([0.2, 0.8], (600, 1))
    found = replicates_for(falls.astype(float), 0.1, 0)  # s² = 0.16, b² = 0.09
    assert found.needed == pytest.approx(16, abs=2)


def test_an_outcome_without_chance_needs_one_run() -> None:
    found = replicates_for(np.repeat(np.arange(12.0)[:, np.newaxis], 3, axis=1), 0.1, 0)
    assert (found.needed, found.low, found.high) == (1, 1, 1)
    assert replicates_for(np.zeros((12, 4)), 0.1, 0).needed == 1
    assert replicates_for(1e-15 * pilot(12, 4, 1.0, 2) + 2.0, 0.1, 0).needed == 1


def test_what_common_draws_shift_all_points_by_is_no_noise_between_them() -> None:
    shifts = 5 * generator(2, ("shifts",)).normal(size=10)
    outcomes = pilot(400, 10, 2.0, 1) + shifts
    assert (replicates_for(outcomes, 0.1, 0).needed or np.inf) > 150
    assert replicates_for(outcomes, 0.1, 0, common=True).needed == pytest.approx(36, rel=0.15)
    few = [pilot(12, 6, 1.0, seed) for seed in range(60)]
    taken, left = (
        np.median([replicates_for(one, 0.3, 0, common=how).needed or np.inf for one in few])
        for how in (True, False)
    )
    assert taken == pytest.approx(left, abs=0.5)


def test_a_replicate_that_failed_everywhere_shifts_nothing() -> None:
    outcomes = pilot(400, 6, 1.0, 1)
    outcomes[:, 2] = np.nan
    found = replicates_for(outcomes, 0.2, 0, common=True)
    assert found.needed == pytest.approx(4, abs=1)


def test_points_that_only_chance_tells_apart_have_no_answer() -> None:
    outcomes = pilot(12, 4, 1.0, 2)
    found = replicates_for(outcomes - outcomes.mean(axis=1, keepdims=True), 0.1, 0)
    assert (found.needed, found.low, found.high) == (None, None, None)
    assert found.fault is not None
    assert "differ no more than chance" in found.fault


def test_a_pilot_that_hardly_tells_points_apart_sets_no_upper_bound() -> None:
    outcomes = pilot(12, 4, 1.0, 2)
    faint = outcomes - outcomes.mean(axis=1, keepdims=True) + np.linspace(0, 2, 12)[:, np.newaxis]
    assert replicates_for(faint, 0.1, 0).high is None


def test_failed_runs_and_points_without_two_runs_are_counted() -> None:
    outcomes = pilot(14, 4, 0.5, 1)
    outcomes[0, :3] = outcomes[1, 0] = np.nan
    found = replicates_for(outcomes, 0.1, 0)
    assert (found.points, found.left_out, found.failed) == (13, 1, 4)
    outcomes[:5] = np.nan
    assert replicates_for(outcomes, 0.1, 0).fault == (
        "9 points have two runs that ended well, and 10 are the fewest"
    )
