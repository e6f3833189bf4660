import pytest

from defectsim.scenario.numbers import Grade, ScenarioNumber
from defectsim.scenario.reading.tree import Mark


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Assumption: nobody counted", Grade.ASSUMED),
        ("assumption", Grade.ASSUMED),
        ("estimate by the treasury", Grade.ESTIMATED),
        ("Found by a search", Grade.ESTIMATED),
        ("calibrated to exits", Grade.ESTIMATED),
        ("IISS 2019; an assumption of theirs", Grade.REPORTED),
        (" ", Grade.UNSOURCED),
        ("", Grade.UNSOURCED),
    ],
)
def test_the_first_words_of_a_source_say_how_a_number_is_known(
    source: str, expected: Grade
) -> None:
    assert ScenarioNumber("people.pay", 1, (), source, Mark("")).grade == expected
