"""What a scenario file says: read, resolved and checked."""
