"""One published value, and how it is obtained here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import defectsim as ds

FOLDER = Path(__file__).parents[2] / "scenarios" / "classics"


@dataclass(frozen=True)
class Check:
    """One row of the table.

    Attributes
    ----------
    classic
        Name of its page.
    what
        The quantity, with its unit.
    published
        Its published or exact value.
    tolerance
        How far the value obtained may lie from it.
    source
        Where the published value is, or what makes it exact.
    obtain
        Runs the scenarios and measures.
    slow
        Whether it takes so long that only `make classics` runs it.
    reproduced
        Whether it is known to be reproduced; the page says why another is not.
    """

    classic: str
    what: str
    published: float
    tolerance: float
    source: str
    obtain: Callable[[], float]
    slow: bool = False
    reproduced: bool = True

    def holds(self, obtained: float) -> bool:
        """Return whether a value lies within the tolerance."""
        return abs(obtained - self.published) <= self.tolerance

    def as_expected(self, obtained: float) -> bool:
        """Return whether a value is reproduced if, and only if, it is known to be."""
        return self.holds(obtained) == self.reproduced


@cache
def study(name: str, *overrides: str, replicates: int | None = None, seed: int = 1) -> ds.Study:
    """Run a scenario of the classics, once however often it is asked for."""
    return ds.run(ds.load(FOLDER / f"{name}.yaml", overrides), replicates=replicates, seed=seed)


def joined(name: str, *overrides: str) -> float:
    """Return the number of people who have joined at the end of the first run."""
    return float(study(name, *overrides).runs["defected"][0])
