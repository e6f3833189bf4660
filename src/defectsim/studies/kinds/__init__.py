"""Kinds of study, one folder each: design, analysis, table, figure, resume and extend."""
