"""Responses of runs to inputs: an outcome, whether it passes a bound, or an effect on either."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from defectsim.analysis.outcomes import FALLS, OutcomeKind, outcome, words
from defectsim.core.errors import AnalysisError, nearest
from defectsim.core.formatting import grouped

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
        Scenario of a study of several.
    against
        Scenario from which paired differences are taken.
    """

    outcome: str
    above: float | None = None
    below: float | None = None
    scenario: str | None = None
    against: str | None = None

    @property
    def words(self) -> str:
        """The response as a noun, such as ``effect of b against a on defected > 600``."""
        found = words(self.outcome)
        for bound, sign in ((self.above, ">"), (self.below, "<")):
            found += "" if bound is None else f" {sign} {grouped(bound)}"
        if self.against is not None:
            return f"effect of {self.scenario} against {self.against} on {found}"
        return found + self._where

    @property
    def clause(self) -> str:
        """The event in a clause, for after *where* or *whether*: ``defected is above 600 in b``."""
        name = words(self.outcome)
        for bound, side in ((self.above, "above"), (self.below, "below")):
            if bound is not None:
                return f"{name} is {side} {grouped(bound)}{self._where}"
        happens = "the regime falls" if self.outcome == FALLS else f"{name} occurs"
        return happens + self._where

    @property
    def _where(self) -> str:
        return "" if self.scenario is None else f" in {self.scenario}"

    def checked(self, runs: pl.DataFrame) -> "Response":
        """Return the response if runs have its outcome, and its bound is one.

        Raises
        ------
        AnalysisError
            If two bounds are given, or one that is no finite number.
        UnknownOutcomeError
            If runs have no such outcome.
        """
        if self.above is not None and self.below is not None:
            raise AnalysisError("above and below are two bounds of one outcome: give one of them")
        for side, bound in (("above", self.above), ("below", self.below)):
            if bound is not None and not math.isfinite(bound):
                raise AnalysisError(f"{side} is {bound}: give a finite number")
        outcome(runs, self.outcome)
        return self

    def of_one(self, scenarios: Sequence[str]) -> "Response":
        """Return the response in one of a study's scenarios; default: the last.

        Raises
        ------
        AnalysisError
            If the study has no such scenario, or an effect is asked for.
        """
        if self.against is not None:
            raise AnalysisError(
                f"this asks of one scenario, not of an effect against {self.against}: leave "
                "against out"
            )
        self._expect_among(scenarios)
        return self._replace(scenario=self.scenario or next(reversed(scenarios), None))

    def as_effect(self, scenarios: Sequence[str]) -> "Response":
        """Return the effect of one of a study's scenarios against another.

        The default is that of the last against the first. If the study has one scenario, or
        `scenario` is given alone, the response is in that scenario.

        Raises
        ------
        AnalysisError
            If the study has no such scenario, or both are the same.
        """
        self._expect_among(scenarios)
        if len(scenarios) < 2 or (self.scenario and not self.against):
            return self
        if self.scenario is not None and self.scenario == self.against:
            raise AnalysisError(f"scenario and against are both {self.scenario!r}: give two")
        first = next(one for one in scenarios if one != self.scenario)
        last = next(one for one in reversed(scenarios) if one != self.against)
        return self._replace(scenario=self.scenario or last, against=self.against or first)

    def _expect_among(self, scenarios: Sequence[str]) -> None:
        for name in (self.scenario, self.against):
            if name is not None and name not in scenarios:
                known = f"it has {', '.join(scenarios)}" if scenarios else "it has only one"
                raise AnalysisError(
                    f"the study has no scenario {name!r}{nearest(name, scenarios)} ({known})"
                )

    def kind(self, runs: pl.DataFrame) -> OutcomeKind:
        """Return the kind of the response: a chance if there is a bound."""
        bounded = self.above is not None or self.below is not None
        return "chance" if bounded else outcome(runs, self.outcome).kind


def responses(runs: pl.DataFrame, response: Response) -> pl.DataFrame:
    """Return the response of each run, or of each pair of runs on the same draws.

    Parameters
    ----------
    response
        Of one scenario, or of an effect.

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
    chosen = found.filter(pl.col(SCENARIO) == response.scenario).drop(SCENARIO)
    if response.against is None:
        return chosen
    baseline = found.filter(pl.col(SCENARIO) == response.against)
    if chosen.height != baseline.height or not chosen["seed"].equals(baseline["seed"]):
        raise AnalysisError(
            f"{response.scenario} and {response.against} do not have runs at the same points and seeds: run "
            "the study to its end"
        )
    return chosen.with_columns(pl.col(VALUE) - baseline[VALUE])
