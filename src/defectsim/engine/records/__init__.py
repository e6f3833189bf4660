"""Records: one run as tables."""
