"""What every room may use: clock, randomness, levers, errors."""
