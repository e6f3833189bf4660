"""Designs: the points of a sweep."""
