"""Kinds of study, one folder each: its design, analysis, table and figure, and what resume and extend mean."""
