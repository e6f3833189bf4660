"""The clock of a scenario: dates, and the steps between them."""

import datetime as dt
from functools import cached_property
from typing import Annotated, Self

from pydantic import ValidationInfo, field_validator, model_validator

from defectsim.core.formatting import counted
from defectsim.core.section import Bounds, Number, Section, refuse, whole_number

DAYS_PER_YEAR = 365.25
MOST_STEPS = 100_000
"""Most steps of a run; each is a date of every count."""


class Clock(Section):
    """The time that a run covers, in steps of equal length.

    Step i leads from date i to date i + 1; date 0 is the start. No step passes the end.
    """

    synonyms = {"from": "start", "until": "end", "to": "end", "step": "step_days"}

    start: dt.date
    """The first date."""
    end: dt.date
    """The date that no step passes."""
    step_days: Annotated[Number, Bounds(1, 366, whole=True)] = Number(value=7)
    """Length of a step, in days."""

    @field_validator("end")
    @classmethod
    def _end_follows_start(cls, end: dt.date, info: ValidationInfo) -> dt.date:
        start = info.data.get("start")
        if start is not None and end <= start:
            raise refuse(f"the end {end} must come after the start {start}")
        return end

    @model_validator(mode="after")
    def _has_a_step(self) -> Self:
        days = int(self.step_days)
        if self.steps < 1:
            raise refuse(f"from {self.start} to {self.end} there is no whole step of {days} days")
        if self.steps > MOST_STEPS:
            raise refuse(
                f"from {self.start} to {self.end} there are {self.steps:,} steps of "
                f"{counted(days, 'day')}, and {MOST_STEPS:,} is the most: take longer steps"
            )
        return self

    @property
    def steps(self) -> int:
        """Number of steps in a run."""
        return (self.end - self.start).days // int(self.step_days)

    @property
    def years_per_step(self) -> float:
        """Length of a step in years of 365.25 days."""
        return self.step_days.value / DAYS_PER_YEAR

    def date(self, step: int) -> dt.date:
        """Return the date at which step `step` begins."""
        return self.start + dt.timedelta(days=step * int(self.step_days))

    def step_on(self, date: dt.date) -> int:
        """Return the first step that begins on a date or after it."""
        return max(-(-(date - self.start).days // int(self.step_days)), 0)

    def ahead(self, step: int, until: int | None) -> int:
        """Return the step at which a run stops that has reached `step`.

        Parameters
        ----------
        until
            The step asked for; default: the last.

        Raises
        ------
        TypeError, ValueError
            If that is no whole number, or a step already past or beyond the end.
        """
        last = self.steps if until is None else whole_number("until", until)
        if not step <= last <= self.steps:
            raise ValueError(
                f"cannot run until step {last}: the run is at step {step} of {self.steps}"
            )
        return last

    def years(self, date: dt.date) -> float:
        """Return the years of 365.25 days from the start to a date."""
        return (date - self.start).days / DAYS_PER_YEAR

    @cached_property
    def first_days(self) -> list[dt.date]:
        """The first day of each step."""
        return self.dates()[:-1]

    def dates(self) -> list[dt.date]:
        """Return the `steps` + 1 dates of a run, start included."""
        return [self.date(step) for step in range(self.steps + 1)]
