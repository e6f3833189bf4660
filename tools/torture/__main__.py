"""Kill so many writers: ``python -m tools.torture KILLS SEED``.

Each sweep is begun, killed, resumed and killed again until it is complete; and so is its extension. All files but
the log and the circumstances must then be those of a sweep that nobody killed.
"""

import importlib
import sys
import tempfile
from pathlib import Path

from tools.torture.fire import Fire

_SLOW = (
    "numba",
    "scipy.stats",
    "networkx",
    "matplotlib.figure",
    "rich",
    "mesa",
    "defectsim.scenario.load",
)
"""Imported once for all writers; nothing that starts threads of its own, as polars does."""
_A_SWEEP = 12
"""Most kills of the writer of one sweep."""


def main() -> None:
    """Kill writers, and print which files differ."""
    kills, seed = (int(argument) for argument in sys.argv[1:])
    for name in _SLOW:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        fire = Fire(Path(folder), seed)
        while fire.kills < kills:
            fire.sweep(min(_A_SWEEP, kills - fire.kills))
            wrong = ", ".join(fire.different) or "no file"
            print(
                f"{fire.kills} kills, {fire.workers} of workers beside them, "
                f"{fire.finished} sweeps complete; {wrong} differs",
                flush=True,
            )
    sys.exit(bool(fire.different))


if __name__ == "__main__":
    main()
