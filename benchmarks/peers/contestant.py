"""One measurement, in a process of its own: ``python -m benchmarks.peers.contestant PEER VARIANT PEOPLE ROUND``.

Prints JSON. Imports defectsim only where it is the peer.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib import import_module

from benchmarks.peers.plan import PEERS
from benchmarks.process import pin

AT_LEAST, RUNS = 0.5, (2, 20)
"""CPU seconds of all runs, unless there are as many as the second number; never fewer than the first."""
SMALL = 1_000
"""People of the run before the first that is timed, in which functions are compiled."""


@dataclass
class Measured:
    """Runs of a peer.

    Attributes
    ----------
    seconds
        CPU seconds of each run, from people who are drawn to the share gone.
    shares
        Share of the army gone at the end of each run.
    setup
        CPU seconds of what comes before the first run: people, and for defectsim units and compiled rules.
    core
        The core that all ran on, or None where the system chose.
    """

    seconds: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    setup: float = 0.0
    core: int | None = None


def measure(
    prepare: Callable[..., Callable[[], float]], p: object, people: int, first: int
) -> Measured:
    """Time runs whose seeds begin with `first`."""
    measured = Measured()
    fewest, most = RUNS
    prepare(p, SMALL, first)()
    while (runs := len(measured.seconds)) < fewest or (
        sum(measured.seconds) < AT_LEAST and runs < most
    ):
        began = time.process_time()
        run = prepare(p, people, first + runs)
        ready = time.process_time()
        share = run()
        measured.seconds.append(time.process_time() - ready)
        measured.shares.append(share)
        measured.setup = measured.setup or ready - began
    return measured


def main(name: str, variant: str, people: str, number: str) -> None:
    """Measure on one core; chosen first, for libraries count the cores when they are imported."""
    core = pin()
    from benchmarks.peers.model import VARIANTS

    module, function = PEERS[name].prepare.split(":")
    prepare = getattr(import_module(f"benchmarks.peers.{module}"), function)
    measured = measure(prepare, VARIANTS[variant], int(people), RUNS[1] * int(number))
    measured.core = core
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main(*sys.argv[1:])
