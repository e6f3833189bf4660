"""What the first words of a source say of a number: how far it can be relied on."""

from collections.abc import Mapping
from enum import StrEnum


class Grade(StrEnum):
    """How a number is known.

    Attributes
    ----------
    REPORTED
        A document or an observation says it, and is named.
    ESTIMATED
        It was worked out from what is reported: an estimate, or a search for what fits.
    ASSUMED
        Nobody measured it.
    UNSOURCED
        Nothing is said of where it is from.
    """

    REPORTED = "reported"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    UNSOURCED = "unsourced"


FIRST_WORDS: Mapping[Grade, tuple[str, ...]] = {
    Grade.ASSUMED: ("assumption",),
    Grade.ESTIMATED: ("estimate", "found by", "calibrated"),
}
"""How a source begins, in small letters or large; one that begins otherwise names what reports the number."""


def grade(source: str) -> Grade:
    """Return the grade of a number with this source, which may be empty."""
    said = source.strip().lower()
    if not said:
        return Grade.UNSOURCED
    return next((one for one, words in FIRST_WORDS.items() if said.startswith(words)), Grade.REPORTED)
