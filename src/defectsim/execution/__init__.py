"""Who runs replicates."""
