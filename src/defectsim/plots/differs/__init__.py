"""Figures of what differs between scenarios, and between people with and without somebody."""
