"""Policies room."""
