"""Estimates: pure functions from series and runs to shares, rates and intervals."""

from defectsim.analysis.shares import attrition as attrition
