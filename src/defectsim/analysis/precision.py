"""Sequential stopping rule: the number of pairs that makes a difference as precise as asked.

The interval is looked at after 40 pairs, and then after as many as it seems to need, but at most
twice as many as before; docs/design.md ("Precision") has the guards against luck, and sources.
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
from defectsim.core.formatting import in_percent

FIRST = 40
"""Pairs before the first look."""
_FORM = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(pp)?")


@dataclass(frozen=True)
class PrecisionVerdict:
    """Judgement on the pairs so far."""

    enough: bool
    """True if the difference is as precise as asked."""
    pairs: int
    needed: int
    """Pairs at the next look; `pairs` if there are enough."""
    reach: float | None
    """Distance from the mean to its interval's farther bound; None without an interval."""
    effective_pairs: float


@dataclass(frozen=True)
class PrecisionTarget:
    """Half-width that the 95 % interval of a difference is to have."""

    name: str
    """Of the outcome; see `outcomes.outcome`."""
    kind: OutcomeKind
    half_width: float
    """In the outcome's own unit; of a share or a chance, 0.005 is half a percentage point."""

    @classmethod
    def parse(cls, text: str, runs: pl.DataFrame, name: str) -> Self:
        """Read ``0.5pp`` (percentage points of a share or chance) or ``2`` (people).

        Of `runs` only the columns are used.
        """
        kind = outcome(runs, name).kind
        read = _FORM.fullmatch(text.strip())
        if not read or float(read[1]) == 0:
            raise PlanError(
                f"precision {text!r} is no half-width: it must be a number above 0, followed by pp for percentage "
                "points, such as 0.5pp or 2"
            )
        number, in_points = float(read[1]), bool(read[2])
        if in_points and not in_percent(kind):
            raise PlanError(
                f"precision {text!r}: {name} is a {kind}, which has no percentage points; say {read[1]}"
            )
        if not in_points and in_percent(kind):
            raise PlanError(
                f"precision {text!r}: {name} is a {kind}; say percentage points, such as {read[1]}pp"
            )
        return cls(name, kind, number / 100 if in_points else number)

    def verdict(self, differences: Numbers) -> PrecisionVerdict:
        """Judge the differences of all pairs so far."""
        pairs, effective = len(differences), effective_pairs(differences)
        if pairs < FIRST:
            return PrecisionVerdict(False, pairs, FIRST, None, effective)
        chance = self.kind == "chance"
        interval = (chance_interval if chance else mean_interval)(differences)
        reach = interval.reach(float(differences.mean())) if interval else None
        seen = chance or effective >= MIN_EFFECTIVE_PAIRS
        enough = seen and reach is not None and reach <= self.half_width
        needed = pairs if enough else self._next(pairs, reach if seen else None)
        return PrecisionVerdict(enough, pairs, needed, reach, effective)

    def _next(self, pairs: int, reach: float | None) -> int:
        if reach is None:
            return 2 * pairs
        seems = math.ceil(pairs * (reach / self.half_width) ** 2)
        return min(max(seems, pairs + 1), 2 * pairs)


def replicates_wanted(
    runs: pl.DataFrame, target: PrecisionTarget, *, by: str = "scenario", at_most: int
) -> tuple[int, dict[str, PrecisionVerdict]]:
    """Return the replicates of a comparison at the next look, and the verdict on each scenario.

    Sampling is done if they are no more than there are: all scenarios are precise enough, `at_most`
    is reached, or no pair is without a failed run. Further replicates are expected to fail as often
    as those there are.
    """
    planned = runs["replicate"].n_unique()
    found = differences(runs, target.name, by=by)
    verdicts = {name: target.verdict(gained) for name, gained in found.items()}
    wanted = max(planned, *(_replicates(planned, verdict) for verdict in verdicts.values()))
    return max(planned, min(wanted, at_most)), verdicts


def _replicates(planned: int, verdict: PrecisionVerdict) -> int:
    if verdict.enough or (verdict.pairs == 0 and planned >= FIRST):
        return planned
    more = math.ceil((verdict.needed - verdict.pairs) * planned / max(verdict.pairs, 1))
    return planned + min(more, max(FIRST, planned))
