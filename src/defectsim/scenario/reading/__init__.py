"""YAML files as trees of marked values, and as validated models."""
