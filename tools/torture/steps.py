"""Steps of a writer that is to be killed: begin or resume a sweep, and extend it."""

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path

from defectsim import FailedRunsWarning, load_sweep, resume, sweep
from defectsim.store import parts

EXTENDED = 10
"""Number of replicates in the end."""


def begin(name: str, workers: int) -> None:
    """Begin a sweep in the working folder, or go on with it."""
    folder = Path(name)
    if (folder / "manifest.json").exists():
        resume(folder, workers=workers, executor="threads")
    else:
        sweep(load_sweep("sweep.yaml"), workers=workers, executor="threads", out=".", name=name)


def extend(name: str, workers: int) -> None:
    """Extend a sweep, or go on with its extension."""
    planned = json.loads((Path(name) / "plan.json").read_text())["replicates"]
    replicates = EXTENDED if planned < EXTENDED else None
    resume(name, workers=workers, executor="threads", replicates=replicates)


STEPS: dict[str, Callable[[str, int], None]] = {"begin": begin, "extend": extend}


def take(step: str, name: str, workers: int, ready: int) -> None:
    """Take a step when all is imported, and close the pipe `ready` to say so."""
    warnings.simplefilter("ignore", FailedRunsWarning)
    parts.RUNS_PER_PART = 8  # so that small sweeps have several parts
    os.close(ready)
    STEPS[step](name, workers)
