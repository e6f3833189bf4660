"""Policies, acts and observers: what governments do, to whom, and when."""
