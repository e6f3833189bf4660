"""Figures of what a study can be trusted for."""
