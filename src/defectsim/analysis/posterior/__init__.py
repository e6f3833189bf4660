"""Calibration: posteriors of parameters from a bank of runs."""
