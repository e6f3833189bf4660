"""How ranks look: the colours of Okabe and Ito (2008), told apart with any colour vision."""

COLOURS = {"enlisted": "#0072B2", "nco": "#009E73", "officer": "#D55E00", "general": "#222222"}
NAMES = {"enlisted": "Enlisted", "nco": "NCOs", "officer": "Officers", "general": "Generals"}
INK = "#444444"

SMALL_GROUP = 100
"""A group of fewer people is drawn in steps and told in people, since one of them moves the share visibly."""

SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of what is no rank, in their order."""
