import pytest

from defectsim.plots.style import POINTS, alone, change, written


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (12345.6, "people", "12,346"),
        (0.5, "people", "0.5"),
        (0.91678, "%", "91.7"),
        (0.2051, "% of runs", "21"),
        (-0.0035, POINTS, "-0.35"),
        (0, "people", "0"),
    ],
)
def test_levels_are_written_to_three_figures(value: float, unit: str, expected: str) -> None:
    assert written(value, unit) == expected


@pytest.mark.parametrize(
    ("kind", "low", "mean", "high", "expected"),
    [
        ("count", -87.89, -81.75, -76.78, "-81.8 [-87.9, -76.8]"),
        ("count", -1200.0, 100.4, 1400.0, "+100 [-1,200, +1,400]"),
        ("share", -0.00007, 0.00019, 0.0005, "+0.019 [-0.007, +0.050]"),
        ("count", -0.02, 0.0, 0.02, "0 [-0.020, +0.020]"),
        ("count", 0.3, 28.0, 48.0, "+28 [+0, +48]"),
    ],
)
def test_an_interval_is_written_to_the_digits_that_it_leaves(
    kind: str, low: float, mean: float, high: float, expected: str
) -> None:
    assert change(kind, low, mean, high) == expected


def test_a_difference_without_an_interval_is_written_as_it_is() -> None:
    assert [
        alone("count", 1.0),
        alone("share", -0.25),
        alone("count", 0.125),
        alone("count", 0.0),
    ] == [*("+1", "-25", "+0.125", "0")]
