"""A study as text, tables and figures."""
