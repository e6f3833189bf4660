"""Estimates from runs of one scenario: courses, fates, sizes, units, first movers, beliefs."""
