"""What governments do over time."""
