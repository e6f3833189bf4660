"""Institutions: command, conspiracies and attempts, between two steps."""
