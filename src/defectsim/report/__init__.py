"""A study as text, tables and figures; a scenario in brief."""
