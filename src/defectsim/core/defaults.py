"""What is taken where a comparison with a precision says nothing."""

OUTCOME = "share_defected"
"""The outcome of which the precision is asked."""
AT_MOST = 1_000
"""Replicates after which it is given up."""
SWEEP_OUTCOME = "defected"
"""Outcome that a sweep's figure shows."""
