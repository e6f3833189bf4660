"""Replicates until the differences of a comparison are as exact as somebody asks."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import polars as pl

from defectsim import analysis, store
from defectsim.analysis.intervals import CARRYING
from defectsim.analysis.outcomes import words
from defectsim.analysis.precision import FIRST
from defectsim.api.study import Study
from defectsim.core import defaults as usual
from defectsim.core.errors import ImpreciseWarning, PlanError
from defectsim.scenario.schema import Scenario
from defectsim.store.schema import FOUND, PLANNED
from defectsim.studies.comparison import SCENARIO

ASKED = "asked"
"""What the design of a comparison calls the precision that is asked of it."""
_RUNS = pl.Schema({**PLANNED, **FOUND})


@dataclass(frozen=True)
class Request:
    """A precision that is asked of a comparison, as it is kept with the study.

    Attributes
    ----------
    precision, outcome
        See `analysis.Precision.parse`.
    at_most
        How many replicates are enough in any case.
    """

    precision: str
    outcome: str = usual.OUTCOME
    at_most: int = usual.AT_MOST

    @classmethod
    def of(cls, study: store.Study) -> Self | None:
        """Return what was asked of a study, if anything was."""
        asked = study.manifest["design"].get(ASKED)
        return cls(**asked) if asked else None

    @property
    def design(self) -> dict[str, Any]:
        """What the design of the study has to keep, so that whoever goes on with it goes on to the same end."""
        return {ASKED: asdict(self)}

    def parse(self) -> analysis.Precision:
        """Return what is asked; refuse what cannot be."""
        return analysis.Precision.parse(self.precision, pl.DataFrame(schema=_RUNS), self.outcome)


def requested(
    scenarios: Mapping[str, Scenario],
    replicates: int | None,
    method: analysis.Method,
    precision: str | None,
    outcome: str | None,
    at_most: int | None,
) -> Request | None:
    """Return the precision that is asked for, if any is, before anything is run; see `compare` for what is given.

    Raises
    ------
    PlanError
        Where it can never be reached, or what is said of it makes no sense.
    """
    given: dict[str, Any] = {"outcome": outcome, "at_most": at_most}
    said = {name: value for name, value in given.items() if value is not None}
    if precision is None:
        if said:
            raise PlanError(
                f"{' and '.join(said)}: of a precision, of which none is asked; say precision too"
            )
        return None
    request = Request(precision, **said)
    request.parse()
    if faults := [*_faults(scenarios, replicates, method, request.at_most)]:
        raise PlanError("; ".join(faults))
    return request


def _faults(
    scenarios: Mapping[str, Scenario], replicates: int | None, method: analysis.Method, at_most: int
) -> Iterator[str]:
    if method != "t":
        yield (
            f"a precision is that of Student's intervals, guarded, and {method} has others: ask for one of the two, "
            f"or make the study and ask it for paired(method={method!r})"
        )
    if replicates is not None and replicates > at_most:
        yield f"{replicates} replicates to begin with are more than the {at_most} that are enough in any case"
    if banded := [
        name for name, scenario in scenarios.items() if scenario.record.series == "quantiles"
    ]:
        yield (
            f"{', '.join(banded)}: where only quantiles of the series are kept (record.series: quantiles), no "
            "replicate can be added to reach a precision: say full or none"
        )


def until_precise(study: Study, extend: Callable[[int], Study]) -> Study:
    """Add replicates to a study until its differences are as exact as was asked of it, if anything was.

    It ends earlier where as many are there as are enough in any case, which is said, or where somebody stops it.

    Parameters
    ----------
    extend
        Lives further replicates of the study, so many in all.
    """
    request = Request.of(study)
    while request and study.complete:
        asked = request.parse()
        wanted, verdicts = analysis.replicates_wanted(
            study.runs, asked, by=SCENARIO, at_most=request.at_most
        )
        if wanted == study.manifest["replicates"]:
            _say_what_is_missing(request, asked, wanted, verdicts)
            break
        study = extend(wanted)
    return study


def _say_what_is_missing(
    request: Request,
    asked: analysis.Precision,
    replicates: int,
    verdicts: Mapping[str, analysis.Verdict],
) -> None:
    short = [
        f"{name}: {missing(asked, verdict)}"
        for name, verdict in verdicts.items()
        if not verdict.enough
    ]
    if short:
        warnings.warn(
            f"the precision of {request.precision} that was asked for is not reached with {replicates} replicates, for "
            f"{words(asked.name)} in {'; in '.join(short)}",
            ImpreciseWarning,
            stacklevel=4,
        )


def missing(asked: analysis.Precision, verdict: analysis.Verdict) -> str:
    """Return what a scenario lacks of the precision that is asked."""
    if verdict.pairs < FIRST:
        return f"{verdict.pairs} pairs, and the first look takes {FIRST}"
    if verdict.reach is None:
        return f"none of {verdict.pairs} pairs differs from another"
    reach = f"{verdict.reach:.3g}" if asked.kind == "count" else f"{100 * verdict.reach:.3g}pp"
    few = asked.kind != "chance" and verdict.carrying < CARRYING
    carried = (
        f", and {verdict.carrying:.1f} pairs carry it, of {CARRYING} that it takes" if few else ""
    )
    return f"the interval reaches {reach} in {verdict.pairs} pairs{carried}"
