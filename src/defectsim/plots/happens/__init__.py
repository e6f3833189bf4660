"""Figures of what happens in runs."""
