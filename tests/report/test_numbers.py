import pytest

from defectsim.report.comparison import changes, counted, level, people

COUNT, SHARE = {"kind": "count"}, {"kind": "share"}


def test_people_are_whole() -> None:
    assert people(0.2, 1234.4, 2000.6) == "1,234 [0–2,001]"
    assert people(3, 3.2, 3.4) == "3"


@pytest.mark.parametrize(
    ("low", "middle", "high", "expected"),
    [
        (0.654, 0.682, 0.696, "68.2 [65.4–69.6]"),
        (0.0029, 0.006, 0.0105, "0.60 [0.29–1.05]"),
        (0, 0.4, 1, "40 [0–100]"),
    ],
)
def test_shares_are_per_cents_to_the_digits_that_tell_runs_apart(
    low: float, middle: float, high: float, expected: str
) -> None:
    assert level(SHARE, low, middle, high) == expected
    assert level(COUNT, 1, 2, 3) == "2 [1–3]"


def test_differences_have_signs() -> None:
    assert changes(COUNT, -1.9, 0, 12.2) == "0 [-2, +12]"
    assert changes(SHARE, -0.001, 0.02, 0.03) == "+2.0 [-0.1, +3.0]"
    assert changes(COUNT, -0.1, 0, 0.2) == "0"


def test_one_is_not_many() -> None:
    assert [counted(1, "pair"), counted(2_000, "pair")] == ["1 pair", "2,000 pairs"]
