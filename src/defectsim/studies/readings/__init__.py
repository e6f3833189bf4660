"""Readings of studies: what drives an outcome, where it tips, and where it holds."""
