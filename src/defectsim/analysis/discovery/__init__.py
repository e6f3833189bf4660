"""Scenario discovery: where in uncertain inputs cases gather."""
