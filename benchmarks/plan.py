"""The measurements: engine, size of the army, and number of steps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = Path(__file__).with_name("scenario.yaml")
FULL = 365_000
SIZES = (10_000, 100_000, FULL)
"""Soldiers; generals come on top, one for each 365."""
ROUNDS = 3
SEED = 1


@dataclass(frozen=True)
class Contestant:
    """An engine that steps the army.

    Attributes
    ----------
    engine
        Engine; see `benchmarks.contestant`.
    steps
        Number of steps by army size; fewer for slow engines, since speed is reported per step.
    overrides
        Overrides of the scenario.
    """

    title: str
    engine: str
    steps: Mapping[int, int]
    overrides: tuple[str, ...] = ()


UNLIKE = "people.risk_aversion={lognormal: [1, 0.3]}"
"""Override by which no two people are alike."""
WEEKS = dict.fromkeys(SIZES, 260)
CONTESTANTS = {
    "a": Contestant("idiomatic Mesa", "idiomatic", {10_000: 100, 100_000: 20, FULL: 5}),
    "b": Contestant("reference engine", "reference", {10_000: 10, 100_000: 2, FULL: 1}),
    "c": Contestant("compiled engine", "compiled", WEEKS),
    "d": Contestant(
        "compiled engine, no two people alike",
        "compiled",
        WEEKS,
        (UNLIKE,),
    ),
    "e": Contestant(
        "compiled engine, a user's rule",
        "compiled",
        WEEKS,
        ("behaviour.soldier=own_rule.py:decide",),
    ),
}
RATIOS = (("c", "a"), ("c", "b"), ("b", "a"), ("d", "a"), ("e", "c"))


@dataclass(frozen=True)
class Task:
    """One measurement: a contestant, by its letter, and an army."""

    letter: str
    soldiers: int

    @property
    def contestant(self) -> Contestant:
        """Contestant of the task."""
        return CONTESTANTS[self.letter]

    @property
    def steps(self) -> int:
        """Number of steps of a run."""
        return self.contestant.steps[self.soldiers]

    @property
    def overrides(self) -> list[str]:
        """Overrides of the scenario."""
        return [*sized(self.soldiers), *self.contestant.overrides]


def sized(soldiers: int) -> list[str]:
    """Return what to lay over the scenario for an army of so many soldiers, with generals in proportion."""
    share = soldiers / FULL
    guard = round(70_000 * share)
    strength = {
        "army": (soldiers - guard, round(700 * share)),
        "guard": (guard, round(300 * share)),
    }
    return [
        f"forces.branches.{branch}.{what}={count}"
        for branch, counts in strength.items()
        for what, count in zip(("strength", "generals"), counts, strict=True)
    ]


def tasks() -> Iterator[Task]:
    """Return the measurements of a round, contestants of one size next to each other."""
    for soldiers in SIZES:
        for letter in CONTESTANTS:
            yield Task(letter, soldiers)
