import pytest

from defectsim.core.formatting import (
    counted,
    difference,
    exact_difference,
    level,
    people,
    plain,
    spread_of_differences,
)


def test_people_are_whole_numbers() -> None:
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
    assert level("share", low, middle, high) == expected
    assert level("count", 1, 2, 3) == "2 [1–3]"


def test_differences_have_signs() -> None:
    assert spread_of_differences("count", -1.9, 0, 12.2) == "0 [-2, +12]"
    assert spread_of_differences("share", -0.001, 0.02, 0.03) == "+2.0 [-0.1, +3.0]"
    assert spread_of_differences("count", -0.1, 0, 0.2) == "0"


def test_a_noun_is_plural_for_any_number_but_one() -> None:
    assert [counted(1, "pair"), counted(2_000, "pair")] == ["1 pair", "2,000 pairs"]


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
def test_a_difference_has_two_digits_of_its_interval(
    kind: str, low: float, mean: float, high: float, expected: str
) -> None:
    assert difference(kind, low, mean, high) == expected


def test_a_difference_without_an_interval_is_written_as_it_is() -> None:
    assert [
        exact_difference("count", 1.0),
        exact_difference("share", -0.25),
        exact_difference("count", 0.125),
        exact_difference("count", 0.0),
    ] == [*("+1", "-25", "+0.125", "0")]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("¿Será $10 – «así»?\n", "¿Será $10 – «así»?\n"),
        ("a\xa0b\u3000c می\u200cخواهم", "a\xa0b\u3000c می\u200cخواهم"),
        ("a\tb", "a b"),
        ("\x1b[31m\x07\x00\x7f\x85", r"\x1b[31m\x07\x00\x7f\x85"),
        ("\u202e\u2066\u200f\u061c\ufeff\u2028", r"\u202e\u2066\u200f\u061c\ufeff\u2028"),
        ("\ud800\udcff", r"\ud800\udcff"),
    ],
)
def test_text_is_shown_without_characters_that_act(written: str, shown: str) -> None:
    assert plain(written) == shown
