"""When things happen: dates, and the steps between them."""

import datetime as dt
from typing import Annotated, Self

from pydantic import ValidationInfo, field_validator, model_validator

from defectsim.core.section import Bounds, Number, Section, refuse

DAYS_PER_YEAR = 365.25


class Clock(Section):
    """The time that a run covers, in steps of equal length.

    Step i leads from date i to date i + 1; date 0 is the start. A last step that would pass the end is not taken.
    """

    start: dt.date
    """The first date."""
    end: dt.date
    """The date that no step passes."""
    step_days: Annotated[Number, Bounds(1, 366, whole=True)] = Number(value=7)
    """The length of a step, in days."""

    @field_validator("end")
    @classmethod
    def _end_follows_start(cls, end: dt.date, info: ValidationInfo) -> dt.date:
        start = info.data.get("start")
        if start is not None and end <= start:
            raise refuse(f"the end {end} must come after the start {start}")
        return end

    @model_validator(mode="after")
    def _some_step(self) -> Self:
        if self.steps < 1:
            raise refuse(
                f"from {self.start} to {self.end} there is no whole step of {int(self.step_days)} days"
            )
        return self

    @property
    def steps(self) -> int:
        """How many steps a run takes."""
        return (self.end - self.start).days // int(self.step_days)

    @property
    def years_per_step(self) -> float:
        """The length of a step in years of 365.25 days."""
        return self.step_days.value / DAYS_PER_YEAR

    def date(self, step: int) -> dt.date:
        """Return the date at which step `step` begins."""
        return self.start + dt.timedelta(days=step * int(self.step_days))

    def step_on(self, date: dt.date) -> int:
        """Return the first step that begins on a date or after it."""
        return max(-(-(date - self.start).days // int(self.step_days)), 0)

    def ahead(self, step: int, until: int | None) -> int:
        """Return the step `until` which a run goes on that has reached `step`: the end where nothing is said.

        Raises
        ------
        ValueError
            Where it is over already, or there is no such step.
        """
        last = self.steps if until is None else until
        if not step <= last <= self.steps:
            raise ValueError(
                f"cannot live until step {last}: {step} steps are lived, and the clock has {self.steps}"
            )
        return last

    def dates(self) -> list[dt.date]:
        """Return the `steps` + 1 dates of a run, start included."""
        return [self.date(step) for step in range(self.steps + 1)]
