"""Replicates of one scenario."""
