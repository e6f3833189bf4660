"""Targets of a calibration: what was observed, against which outcomes of runs are held."""

import datetime as dt
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from defectsim.core.section import Finite, Section, refuse
from defectsim.store.schema import COUNTS


class TargetSection(Section):
    """One entry under `targets`: an observed value, with its errors."""

    outcome: str
    """Outcome of a run, or with a `date` a count of people, such as deserted."""
    date: dt.date | None = None
    """Date of the count; default: an outcome of the whole run."""
    observed: Finite
    """Observed value."""
    error: Annotated[Finite, Field(ge=0)] = 0.0
    """Standard error of the observation."""
    discrepancy: Annotated[Finite, Field(ge=0)] = 0.0
    """Standard deviation of what the model itself gets wrong."""
    scenario: str | None = None
    """Scenario of a study of several to which it belongs; default: the only one."""
    source: str | None = None
    """Where the observation comes from."""

    @field_validator("date")
    @classmethod
    def _counts_have_dates(cls, date: dt.date | None, info: ValidationInfo) -> dt.date | None:
        outcome = info.data.get("outcome")
        if date is not None and outcome is not None and outcome not in COUNTS:
            raise refuse(f"only counts have a date, one of {', '.join(COUNTS)}: leave it out")
        return date
