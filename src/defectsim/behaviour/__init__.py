"""Behaviour room."""
