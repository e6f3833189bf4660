"""Kuran (1991): the same small loss of fear in two societies."""

from functools import partial

from tools.classics.check import Check, study

PAPER = "Kuran 1991 (from memory)"


def opposition(name: str, *, before: bool = False) -> float:
    """Return the public opposition in percent, at the end or when the shift is made."""
    found = study(name).series["defected"].to_list()
    return 10.0 * float(found[len(found) // 4 if before else -1])


check = partial(Check, "kuran")
CHECKS = (
    check(
        "society A before the shift: opposition (%)",
        10,
        0,
        PAPER,
        partial(opposition, "kuran-a", before=True),
    ),
    check("society A after it: opposition (%)", 90, 0, PAPER, partial(opposition, "kuran-a")),
    check(
        "society B before the shift: opposition (%)",
        10,
        0,
        PAPER,
        partial(opposition, "kuran-b", before=True),
    ),
    check("society B after it: opposition (%)", 20, 0, PAPER, partial(opposition, "kuran-b")),
)
