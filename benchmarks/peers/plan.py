"""The peers, and the armies that each simulates. Needs no package, since some peers run where few are."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan import ROOT, SIZES

STARSIM = ROOT / "results" / "bench" / "starsim" / "bin" / "python"
"""The Python of Starsim's own environment, which `make bench` makes where the package can be had."""


@dataclass(frozen=True)
class Peer:
    """A way to simulate the peers' model.

    Attributes
    ----------
    prepare
        Module of this package, and function in it, that prepares one run.
    sizes
        Armies that it simulates within seconds.
    python
        What runs it.
    """

    title: str
    prepare: str
    sizes: tuple[int, ...] = SIZES
    python: Path = Path(sys.executable)

    @property
    def there(self) -> bool:
        """Whether it can be run here."""
        return self.python.exists()


PEERS = {
    "defectsim": Peer("defectsim", "by_defectsim:compiled"),
    "numpy-draws": Peer("NumPy, a draw a week", "by_numpy:draws"),
    "numpy-thresholds": Peer("NumPy, thresholds", "by_numpy:thresholds"),
    "numba-scan": Peer("Numba, SIMD", "by_numba:every_person"),
    "numba-skipping": Peer("Numba, exact skipping", "by_numba:exact_skipping"),
    "starsim": Peer("Starsim", "by_starsim:people", python=STARSIM),
    "mesa": Peer("Mesa", "by_mesa:shuffle_do", SIZES[:1]),
}
SIMPLEST = "numpy-draws"
"""The peer whose share gone the others' are compared with."""


@dataclass(frozen=True)
class Task:
    """One measurement: a peer, by its name, a variant of the model, and an army."""

    peer: str
    variant: str
    people: int


def tasks(variants: tuple[str, ...], sizes: tuple[int, ...] = SIZES) -> Iterator[Task]:
    """Return the measurements of a round, peers of one army next to each other."""
    for people in sizes:
        for variant in variants:
            for name, peer in PEERS.items():
                if people in peer.sizes and peer.there:
                    yield Task(name, variant, people)
