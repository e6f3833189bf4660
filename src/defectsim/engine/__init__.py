"""Engines: the one step, the compiled and the reference engine, institutions, snapshots, records."""
