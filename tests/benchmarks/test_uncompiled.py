import numpy as np
from benchmarks.uncompiled import Round, measure, ratio


def test_both_are_the_same_model() -> None:
    rounds = measure(people=400, steps=100, rounds=8)
    mesa, reference = (
        np.array([getattr(one, name) for one in rounds]) for name in ("left_mesa", "left_reference")
    )
    error = np.hypot(mesa.std(ddof=1), reference.std(ddof=1)) / np.sqrt(len(rounds))
    assert mesa.min() > 0.1
    assert abs(mesa.mean() - reference.mean()) < 4 * error


def test_the_ratio_is_the_median_of_rounds() -> None:
    rounds = [Round(1.0, speed, 0.1, 0.1) for speed in (3.0, 1.0, 2.0)]
    assert ratio(rounds) == (2.0, 1.0, 3.0)
