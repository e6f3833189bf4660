"""What frames mean: pure functions from series and runs to shares, rates and intervals."""

from defectsim.analysis.observed import observed
from defectsim.analysis.rates import attrition
from defectsim.analysis.shares import WAYS, cascade, shares
from defectsim.analysis.summaries import SPLIT_SHARE, Band, Summary, summary

__all__ = ["SPLIT_SHARE", "WAYS", "Band", "Summary", "attrition", "cascade", "observed", "shares", "summary"]
