import math

import numpy as np
import pytest

from defectsim.analysis.tipping.turnbull import turnbull
from defectsim.core.randomness import generator


def test_it_is_the_product_limit_of_kaplan_and_meier_if_numbers_are_censored_on_the_right() -> None:
    draws = generator(3, ("test", "product limit"))
    events, censored = draws.integers(1, 13, 60), draws.integers(1, 13, 60)
    seen = events <= censored
    known = turnbull(
        np.where(seen, events - 1.0, censored), np.where(seen, events, math.inf).astype(float)
    )
    survival = 1.0
    for time in range(1, 13):
        at_risk = (np.minimum(events, censored) >= time).sum()
        survival *= 1 - (seen & (events == time)).sum() / at_risk if at_risk else 1
        assert known.share(time) == pytest.approx(1 - survival, abs=2e-4)
    assert survival > 0


def test_mass_lies_where_intervals_overlap_and_no_mass_gains_by_moving() -> None:
    overlap = turnbull(np.array([0.0, 1.0]), np.array([2.0, 3.0]))
    assert [column.tolist() for column in overlap] == [[1], [2], [1]]
    apart = turnbull(np.array([0.0, 1.0, 0.0, 2.0]), np.array([1.0, 2.0, 2.0, 3.0]))
    assert apart.above.tolist() == [1, 2, 3]
    assert apart.mass == pytest.approx([3 / 8, 3 / 8, 1 / 4], abs=1e-5)


def test_it_is_self_consistent_with_random_intervals() -> None:
    draws = generator(3, ("test", "intervals"))
    below = draws.uniform(0, 10, 80)
    above = below + draws.uniform(0.1, 5, 80)
    known = turnbull(below, above)
    inside = (below[:, None] <= known.below) & (known.above <= above[:, None])
    shares = inside * known.mass
    expected = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
    assert known.mass == pytest.approx(expected, abs=1e-4)


def test_quantiles_are_interpolated_and_the_middle_of_a_stretch_without_mass() -> None:
    known = turnbull(np.array([0.0, 0.0, 4.0, 4.0]), np.array([1.0, 1.0, 6.0, 6.0]))
    assert known.quantile(0.25) == pytest.approx(0.5)
    assert known.quantile(0.75) == pytest.approx(5)
    assert known.quantile(0.5) == pytest.approx(2.5, abs=0.01)
    assert [known.share(value) for value in (-1, 0.5, 3, 5, 9)] == pytest.approx(
        [0, 0.25, 0.5, 0.75, 1]
    )


def test_a_quantile_in_an_open_interval_is_infinite() -> None:
    known = turnbull(np.array([-math.inf, 0.0, 9.0, 9.0]), np.array([0.0, 1.0, math.inf, math.inf]))
    assert [known.quantile(share) for share in (0.1, 0.9)] == [-math.inf, math.inf]
    assert known.quantile(0.5) == pytest.approx(1, abs=0.01)
    assert [known.share(value) for value in (-5, 0, 1, 99)] == pytest.approx([0, 0.25, 0.5, 0.5])


def test_an_interval_that_says_nothing_moves_no_mass() -> None:
    below, above = np.array([0.0, 2.0, -math.inf]), np.array([1.0, 3.0, math.inf])
    assert turnbull(below, above).mass == pytest.approx([0.5, 0.5])
