import numpy as np
import pytest

from defectsim.studies.kinds.sweep.ranges import Range
from defectsim.studies.kinds.sweep.samples import sample

KINDS = ["latin-hypercube", "sobol", "halton"]


def test_levels_go_from_end_to_end_in_equal_steps() -> None:
    assert Range(0.1, 0.9).levels(5) == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert Range(0.01, 100, log=True).levels(5) == [0.01, 0.1, 1, 10, 100]
    assert Range(1, 10, step=1).levels(4) == [1, 4, 7, 10]


def test_every_whole_number_has_the_same_share() -> None:
    values, counts = np.unique(Range(1, 4, step=1).at(np.linspace(0, 1, 4001)), return_counts=True)
    assert values.tolist() == [1, 2, 3, 4]
    assert counts.min() >= 999


def test_whole_numbers_on_a_logarithmic_scale_stay_in_their_range() -> None:
    assert set(Range(1, 3, log=True, step=1).at(np.linspace(0, 1, 101))) == {1, 2, 3}


def test_rounding_leads_out_of_no_range() -> None:
    low, high = 0.123456784, 0.123456786
    assert all(low <= value <= high for value in Range(low, high).levels(5))


@pytest.mark.parametrize(
    ("range_", "fault"),
    [
        (Range(1, 1), "there are no two numbers from 1 to 1; give another range: [low, high]"),
        (
            Range(1, 1, step=1),
            "there are no two whole numbers from 1 to 1; give another range: [low, high]",
        ),
        (Range(0, 1, log=True), "the range [0, 1] must be above 0, for its scale is log"),
        (Range(0, 1), None),
    ],
)
def test_a_range_says_why_nothing_can_be_taken_from_it(range_: Range, fault: str | None) -> None:
    assert range_.fault == fault


@pytest.mark.parametrize("kind", KINDS)
def test_points_fill_every_direction_evenly(kind: str) -> None:
    points = sample(kind, 3, 64, 0, "common").shares
    assert points.shape == (64, 3)
    for column in points.T:
        assert np.histogram(column, bins=8, range=(0, 1))[0].min() >= 6


@pytest.mark.parametrize("kind", KINDS)
def test_points_are_keyed_by_the_seed_and_the_kind(kind: str) -> None:
    points = sample(kind, 2, 16, 1, "common").shares
    assert np.array_equal(points, sample(kind, 2, 16, 1, "common").shares)
    assert not np.array_equal(points, sample(kind, 2, 16, 2, "common").shares)


def test_a_latin_hypercube_has_one_point_in_each_of_its_slices() -> None:
    for column in sample("latin-hypercube", 4, 10, 3, "common").shares.T:
        assert sorted(np.floor(column * 10)) == list(range(10))
