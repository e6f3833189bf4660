"""How many pairs make a difference as exact as somebody asks: a stopping rule.

The interval that will be shown is looked at after 40 pairs, and then whenever there are as many as it seemed to need,
but at most twice as many as before; it is enough when the interval reaches no further than asked, on its longer side
(Chow and Robbins 1965, with the few looks of Hall 1981). Two guards keep luck from ending it too early:

- The interval is the guarded one (`intervals`), which is wide where few pairs carry it and where their law is skewed.
- Of a count or a share, there must be `MIN_EFFECTIVE_PAIRS` (`intervals.effective_pairs`), since what has hardly been
  seen has no known size: as in inverse sampling (Haldane 1945). A chance needs no such guard: no pair changes it by
  more than one.

What guards look at is what has been seen. Where nearly all differences are small and none of the first 40 pairs is one
of the rare large ones, they look like exact knowledge, and the rule ends without the rare ones.
"""

import math
import re
from dataclasses import dataclass
from typing import Self

import polars as pl

from defectsim.analysis.intervals import (
    MIN_EFFECTIVE_PAIRS,
    Numbers,
    chance_interval,
    effective_pairs,
    mean_interval,
)
from defectsim.analysis.outcomes import OutcomeKind, outcome
from defectsim.analysis.paired import differences
from defectsim.core.errors import PlanError

FIRST = 40
"""Pairs before the first look."""
_LEVEL = 0.95
_FORM = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(pp)?")


@dataclass(frozen=True)
class PrecisionVerdict:
    """What is known so far, and how many pairs it takes.

    Attributes
    ----------
    enough
        Whether the difference is as exact as asked.
    pairs
        How many there are.
    needed
        How many to have before the next look; `pairs` where there are enough.
    reach
        How far the interval reaches, on its longer side; None where all differences are the same.
    effective_pairs
        See `intervals.effective_pairs`.
    """

    enough: bool
    pairs: int
    needed: int
    reach: float | None
    effective_pairs: float


@dataclass(frozen=True)
class PrecisionTarget:
    """How exact a difference is asked for: the half-width of its 95 % interval.

    Attributes
    ----------
    name
        The outcome (`outcomes.outcome`).
    kind
        What it is.
    half_width
        In the outcome's own unit; of a share or a chance, 0.005 is half a percentage point.
    """

    name: str
    kind: OutcomeKind
    half_width: float

    @classmethod
    def parse(cls, text: str, runs: pl.DataFrame, name: str) -> Self:
        """Return what ``0.5pp`` (percentage points of a share or chance) or ``2`` (people) asks of an outcome.

        `runs` may be empty: its columns say what can be asked.
        """
        kind = outcome(runs, name).kind
        read = _FORM.fullmatch(text.strip())
        if not read or float(read[1]) == 0:
            raise PlanError(
                f"precision {text!r} is no half-width: it must be a number above 0, followed by pp for percentage "
                "points, such as 0.5pp or 2"
            )
        number, in_points = float(read[1]), bool(read[2])
        if in_points and kind == "count":
            raise PlanError(
                f"precision {text!r}: {name} is a count, which has no percentage points; say {read[1]}"
            )
        if not in_points and kind != "count":
            raise PlanError(
                f"precision {text!r}: {name} is a {kind}; say percentage points, such as {read[1]}pp"
            )
        return cls(name, kind, number / 100 if in_points else number)

    def verdict(self, gained: Numbers) -> PrecisionVerdict:
        """Say whether these differences are enough, and if not, how many pairs to have before asking again."""
        pairs, carry = len(gained), effective_pairs(gained)
        if pairs < FIRST:
            return PrecisionVerdict(False, pairs, FIRST, None, carry)
        found = (
            chance_interval(gained, _LEVEL)
            if self.kind == "chance"
            else mean_interval(gained, _LEVEL)
        )
        reach = found.reach(float(gained.mean())) if found else None
        seen = self.kind == "chance" or carry >= MIN_EFFECTIVE_PAIRS
        enough = seen and reach is not None and reach <= self.half_width
        return PrecisionVerdict(
            enough,
            pairs,
            pairs if enough else self._next(pairs, reach if seen else None),
            reach,
            carry,
        )

    def _next(self, pairs: int, reach: float | None) -> int:
        if reach is None:
            return 2 * pairs
        seems = math.ceil(pairs * (reach / self.half_width) ** 2)
        return min(max(seems, pairs + 1), 2 * pairs)


def replicates_wanted(
    runs: pl.DataFrame, precision: PrecisionTarget, *, by: str = "scenario", at_most: int
) -> tuple[int, dict[str, PrecisionVerdict]]:
    """Return how many replicates a comparison should have for the next look, and the verdict on each scenario.

    It is done when this is as many as there are: then all are exact enough, or `at_most` is reached, or there is no
    pair without a failed run. As many of the further replicates are expected to fail as of those there are.
    """
    planned = runs["replicate"].n_unique()
    gained = differences(runs, precision.name, by=by)
    others = runs[by].cast(pl.String).unique(maintain_order=True)[1:]
    verdicts = {
        name: precision.verdict(gained.filter(scenario=name)["difference"].to_numpy())
        for name in others
    }
    wanted = max(planned, *(_replicates(planned, verdict) for verdict in verdicts.values()))
    return max(planned, min(wanted, at_most)), verdicts


def _replicates(planned: int, verdict: PrecisionVerdict) -> int:
    if verdict.enough or (verdict.pairs == 0 and planned >= FIRST):
        return planned
    more = math.ceil((verdict.needed - verdict.pairs) * planned / max(verdict.pairs, 1))
    return planned + min(more, max(FIRST, planned))
