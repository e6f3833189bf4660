"""Estimates: pure functions from series and runs to shares, rates and intervals."""

from defectsim.analysis.divergence import (
    Divergence,
    divergence_by_pair,
    person_divergence,
    summarize_divergence,
)
from defectsim.analysis.outcomes import FALLS, OutcomeKind, OutcomeSpec, outcome, outcomes, varied
from defectsim.analysis.paired import differences, paired
from defectsim.analysis.precision import PrecisionTarget, PrecisionVerdict, replicates_wanted
from defectsim.analysis.shares import attrition, cascade, shares
from defectsim.analysis.summaries import Band, Harm, Summary, observed, summary

__all__ = [
    "FALLS",
    "Band",
    "Divergence",
    "Harm",
    "OutcomeKind",
    "OutcomeSpec",
    "PrecisionTarget",
    "PrecisionVerdict",
    "Summary",
    "attrition",
    "cascade",
    "differences",
    "divergence_by_pair",
    "observed",
    "outcome",
    "outcomes",
    "paired",
    "person_divergence",
    "replicates_wanted",
    "shares",
    "summarize_divergence",
    "summary",
    "varied",
]
