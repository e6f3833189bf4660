"""Quantiles that tables and figures show, and the groups for which people are counted."""

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
"""The 50 % band lies between q25 and q75, the 90 % band between q05 and q95."""

BAND = ("q05", "q50", "q95")
"""The median between the ends of the 90 % band."""

GROUPINGS: tuple[tuple[str, ...], ...] = (("branch", "rank"), ("branch",), ("rank",), ())
"""Groups of people: branches and ranks, branches, ranks, everybody."""

EVERYONE = "all"
"""Branch or rank of a count over all of them."""
