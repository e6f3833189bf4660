"""What the header of a checkpoint says; it is told where somebody else wrote something that no life has."""

import datetime as dt
from collections.abc import Iterable, Iterator, Set
from itertools import chain
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from defectsim.core.errors import nearest
from defectsim.core.section import refuse
from defectsim.engine.compiled.arrays import NO_CALL
from defectsim.model.transitions import TRANSITIONS
from defectsim.population.population import Population

_SHOWN = 3
"""How many faults of a header are told."""


def _is_transition(name: str) -> str:
    if name not in TRANSITIONS:
        raise refuse(f"there is no transition {name!r}{nearest(name, TRANSITIONS)}")
    return name


_Whole = Annotated[int, Field(ge=0, lt=2**31)]
_Step = Annotated[int, Field(ge=0, le=2 * NO_CALL)]
_Transition = Annotated[str, AfterValidator(_is_transition)]
_Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Result = Literal["success", "failure", "stalemate", "called off"]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _UnderWay(_Said):
    """An attempt under way; see `attempts._UnderWay`."""

    step: _Step
    members: Annotated[tuple[_Whole, ...], Field(min_length=1)]
    first: _Whole
    days: _Whole
    people: tuple[tuple[_Whole, _Share], ...]
    joined: tuple[_Whole, ...]
    resisting: tuple[_Whole, ...]

    @model_validator(mode="after")
    def _sides_are_brigades(self) -> Self:
        if not {*self.joined, *self.resisting} <= dict(self.people).keys():
            raise refuse(
                "units that have taken sides must be among those that had people when it began"
            )
        return self


class _Attempts(_Said):
    """See `attempts.Attempts.state`."""

    now: _UnderWay | None
    failed: _Step | None
    succeeded: bool


class _Plots(_Said):
    """See `plots.Plots.state`."""

    plot: tuple[tuple[_Whole, _Whole], ...]
    contact: tuple[tuple[_Whole, _Step], ...]

    @model_validator(mode="after")
    def _plotters_have_a_plot(self) -> Self:
        if not dict(self.contact).keys() <= dict(self.plot).keys():
            raise refuse("who sounds out a tie must be in a plot")
        return self


class _Institutions(_Said):
    """See `institutions.Institutions.state`."""

    known: _Whole
    rising: tuple[_Whole, ...]
    command: tuple[tuple[_Whole, _Step], ...]
    plots: _Plots
    attempts: _Attempts


class Header(_Said):
    """What a checkpoint says beside its arrays: whose life it is, and the parts of its state that are plain data.

    Attributes
    ----------
    format
        The form of the file.
    lived_by
        What lives are made by where it was saved; see `core.versions.versions`.
    date
        That on which the step begins.
    past
        What has mattered in the life; see `engine.snapshots.prefix.Past.said`.
    """

    format: int
    lived_by: dict[str, str]
    scenario: str
    date: dt.date
    past: dict[str, str | float | int | bool]
    seed: Annotated[int, Field(ge=0)]
    replicate: _Whole
    step: _Step
    attempts: tuple[tuple[_Step, _Step, _Whole, _Share, _Share, _Result, _Whole], ...]
    observations: tuple[tuple[dt.date, str, str, float], ...]
    started: dict[str, dt.date]
    institutions: _Institutions
    leaving: tuple[tuple[_Whole, _Transition], ...]

    def strays(self, population: Population, events: int, waiting: Set[str]) -> list[str]:
        """Return what of it names people, units, events or policies that there are not, or steps still to come.

        Parameters
        ----------
        events
            How many changes of status there were.
        waiting
            The policies that wait for something.
        """
        known = {
            "row": len(population),
            "unit": len(population.units.level),
            "event": events + 1,
            "step": self.step + 1,
        }
        beyond = [
            where
            for where, what, numbers in self._named()
            if max(numbers, default=0) >= known[what]
        ]
        return [*beyond, *(f"started.{name}" for name in self.started if name not in waiting)]

    def _named(
        self,
    ) -> Iterator[tuple[str, Literal["row", "unit", "event", "step"], Iterable[int]]]:
        """Yield where people, units, events and steps are named by number, and these numbers."""
        institutions, now, failed = (
            self.institutions,
            self.institutions.attempts.now,
            self.institutions.attempts.failed,
        )
        yield "attempts", "step", chain.from_iterable(one[:2] for one in self.attempts)
        yield "leaving", "row", (row for row, _ in self.leaving)
        yield "institutions.known", "event", [institutions.known]
        yield "institutions.rising", "row", institutions.rising
        yield "institutions.command", "unit", (unit for unit, _ in institutions.command)
        yield "institutions.plots.plot", "row", chain.from_iterable(institutions.plots.plot)
        yield "institutions.attempts.failed", "step", [] if failed is None else [failed]
        if now:
            yield "institutions.attempts.now.step", "step", [now.step]
            yield "institutions.attempts.now.members", "row", now.members
            yield "institutions.attempts.now.first", "event", [now.first]
            yield "institutions.attempts.now.people", "unit", (unit for unit, _ in now.people)


def told(error: ValidationError) -> str:
    """Return the first things that are wrong with a header, each with its place."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    first = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:_SHOWN]]
    return "; ".join([*first, *(["..."] if faults[_SHOWN:] else [])])
