"""Scenarios: read from YAML, resolved, validated and shown."""
