"""Tipping points: thresholds of an outcome across seeds as a lever moves."""
