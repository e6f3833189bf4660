"""Figures of who leaves, and in what order."""
