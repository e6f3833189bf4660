"""Execution room."""
