"""Population room."""
