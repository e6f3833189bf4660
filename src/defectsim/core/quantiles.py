"""The quantiles by which distributions are told."""

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
"""The 50 % band lies between q25 and q75, the 90 % band between q05 and q95."""

BAND = ("q05", "q50", "q95")
"""A median between the bounds of the 90 % band."""

GROUPINGS: tuple[tuple[str, ...], ...] = (("branch", "rank"), ("branch",), ("rank",), ())
"""By what people are counted: by branch and rank, and by what all totals go."""

EVERYONE = "all"
"""What stands for the branch, or the rank, where all are counted together."""
