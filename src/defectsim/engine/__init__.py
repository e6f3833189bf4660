"""Engines: the one step, both engines, institutions, snapshots and records."""
