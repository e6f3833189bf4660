import pytest

from defectsim.plots.style import POINTS, written


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
