"""Studies room."""
