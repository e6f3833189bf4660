"""Measures of the structure of the source: size, names, imports, and the path of a scenario to its events."""
