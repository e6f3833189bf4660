"""Snapshots of a run: saved, loaded and forked."""
