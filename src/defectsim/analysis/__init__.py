"""What frames mean: pure functions from series and runs to shares, rates and intervals."""

from defectsim.analysis.observed import observed
from defectsim.analysis.rates import attrition
from defectsim.analysis.shares import WAYS, cascade, shares
from defectsim.analysis.summaries import Band, Harm, Summary, summary

__all__ = ["WAYS", "Band", "Harm", "Summary", "attrition", "cascade", "observed", "shares", "summary"]
