"""Defaults of sequential sampling and of figures."""

OUTCOME = "share_defected"
"""Outcome whose precision a comparison has to reach."""
AT_MOST = 1_000
"""Replicates after which a comparison stops without that precision."""
SWEEP_OUTCOME = "defected"
"""Outcome that a sweep's figure shows."""
