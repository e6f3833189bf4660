"""Scenarios on common random numbers, each compared with the first."""
