"""Measures of the structure of the source: size, names, imports, and the way of a scenario to its events."""
