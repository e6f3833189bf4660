"""Engine room."""
