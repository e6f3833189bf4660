"""Repetition: the dates of what is done again and again, every so many days or months."""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator
from typing import NamedTuple, Self

from defectsim.core.section import MOST_DAYS, refuse

_FORM = re.compile(r"([1-9][0-9]{0,4}) (day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_MOST_MONTHS = 1_200


class Repetition(NamedTuple):
    """A first date, and the distance of further ones: a number of days, or of months."""

    first: dt.date
    number: int
    monthly: bool

    @classmethod
    def parse(cls, text: str, first: dt.date) -> Self:
        """Read a distance as a scenario writes it, such as ``7 days`` or ``1 month``."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise refuse(f"{text!r} is no distance in time: write it as in 7 days, or 1 month")
        number, unit = int(match[1]), match[2]
        monthly = unit in _MONTHS
        number *= (_MONTHS if monthly else _DAYS)[unit]
        if number > (_MOST_MONTHS if monthly else MOST_DAYS):
            raise refuse(f"{text} is longer than a hundred years")
        return cls(first, number, monthly)

    def date(self, place: int) -> dt.date:
        """Return a date by its place, from 0; the last of a month that is shorter than the first."""
        if not self.monthly:
            return self.first + dt.timedelta(place * self.number)
        year, month = divmod(self.first.year * 12 + self.first.month - 1 + place * self.number, 12)
        return dt.date(year, month + 1, min(self.first.day, monthrange(year, month + 1)[1]))

    def last(self, until: dt.date) -> dt.date | None:
        """Return the last date that is not after another, if there is one."""
        times = self._times(until)
        return self.date(times - 1) if times else None

    def dates(self, end: dt.date) -> Iterator[dt.date]:
        """Yield all dates before another."""
        return map(self.date, range(self._times(end - dt.timedelta(1))))

    def _times(self, until: dt.date) -> int:
        """Return the number of dates that are not after another."""
        distance = (until - self.first).days
        if self.monthly:
            distance = 12 * (until.year - self.first.year) + until.month - self.first.month
        times = max(distance // self.number + 1, 0)
        return times - (times > 0 and self.date(times - 1) > until)
