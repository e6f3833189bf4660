"""Responses of runs to inputs: an outcome, whether it passes a bound, or an effect on either."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from defectsim.analysis.outcomes import OutcomeKind, outcome, words
from defectsim.core.errors import AnalysisError, nearest

SCENARIO = "scenario"
"""Column that distinguishes points that are scenarios of their own."""
VALUE = "value"
"""Column of a response."""


class Response(NamedTuple):
    """A response that readings of a study ask for.

    Attributes
    ----------
    outcome
        Name of an outcome of runs.
    above, below
        A bound: the response is then whether the outcome passes it.
    scenario
        Scenario of a study of several; default: the last.
    against
        Scenario from which paired differences are taken; default: the first, unless `scenario` is
        given alone.
    """

    outcome: str
    above: float | None = None
    below: float | None = None
    scenario: str | None = None
    against: str | None = None

    @property
    def words(self) -> str:
        """The response in words."""
        found = words(self.outcome)
        for bound, sign in ((self.above, ">"), (self.below, "<")):
            found += "" if bound is None else f" {sign} {bound:g}"
        if self.against is not None:
            found = f"effect of {self.scenario} against {self.against} on {found}"
        elif self.scenario is not None:
            found += f" in {self.scenario}"
        return found

    def among(self, scenarios: Sequence[str]) -> "Response":
        """Return the response with the scenarios that it refers to among those of a study.

        Raises
        ------
        AnalysisError
            If the study has no such scenario, or bounds exclude each other.
        """
        if self.above is not None and self.below is not None:
            raise AnalysisError("above and below are two bounds of one outcome: give one of them")
        asked = [name for name in (self.scenario, self.against) if name is not None]
        for name in asked:
            if name not in scenarios:
                known = f"it has {', '.join(scenarios)}" if scenarios else "it has only one"
                raise AnalysisError(f"no scenario {name!r}{nearest(name, scenarios)} ({known})")
        if len(scenarios) < 2 or (self.scenario and not self.against):
            return self
        first = next(one for one in scenarios if one != self.scenario)
        last = next(one for one in reversed(scenarios) if one != self.against)
        return self._replace(scenario=self.scenario or last, against=self.against or first)

    def kind(self, runs: pl.DataFrame) -> OutcomeKind:
        """Return the kind of the response: a chance if there is a bound."""
        bounded = self.above is not None or self.below is not None
        return "chance" if bounded else outcome(runs, self.outcome).kind


def responses(runs: pl.DataFrame, response: Response) -> pl.DataFrame:
    """Return the response of each run, or of each pair of runs on the same draws.

    Parameters
    ----------
    response
        From `Response.among`.

    Returns
    -------
    DataFrame
        The columns of `runs` that identify a run and what varies, without `SCENARIO`, and *value*:
        null where a run failed. Rows are in the order of points and replicates.
    """
    value = outcome(runs, response.outcome).value
    if response.above is not None:
        value = (value > response.above).cast(pl.Float64)
    if response.below is not None:
        value = (value < response.below).cast(pl.Float64)
    columns = runs.columns[: runs.columns.index("seed") + 1]
    found = runs.select(*columns, value.alias(VALUE)).sort("point", "replicate")
    if SCENARIO not in columns:
        return found
    scenario = response.scenario or found[SCENARIO][-1]
    chosen = found.filter(pl.col(SCENARIO) == scenario).drop(SCENARIO)
    if response.against is None:
        return chosen
    baseline = found.filter(pl.col(SCENARIO) == response.against)
    if chosen.height != baseline.height or not chosen["seed"].equals(baseline["seed"]):
        raise AnalysisError(
            f"{scenario} and {response.against} do not have runs at the same points and seeds: run "
            "the study to its end"
        )
    return chosen.with_columns(pl.col(VALUE) - baseline[VALUE])
