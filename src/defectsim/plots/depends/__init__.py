"""Figures of what an outcome depends on."""
