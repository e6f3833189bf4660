"""What frames mean: pure functions from series and runs to shares, rates and intervals."""

from defectsim.analysis.divergence import Otherwise, each_pair, otherwise, together
from defectsim.analysis.intervals import Method
from defectsim.analysis.outcomes import FALLS, Kind, Outcome, outcome, outcomes, varied
from defectsim.analysis.paired import differences, paired
from defectsim.analysis.precision import Precision, Verdict, replicates_wanted
from defectsim.analysis.rates import attrition
from defectsim.analysis.summaries import (
    Band,
    Harm,
    Summary,
    cascade,
    observed,
    shares,
    summary,
)

__all__ = [
    "FALLS",
    "Band",
    "Harm",
    "Kind",
    "Method",
    "Otherwise",
    "Outcome",
    "Precision",
    "Summary",
    "Verdict",
    "attrition",
    "cascade",
    "differences",
    "each_pair",
    "observed",
    "otherwise",
    "outcome",
    "outcomes",
    "paired",
    "replicates_wanted",
    "shares",
    "summary",
    "together",
    "varied",
]
