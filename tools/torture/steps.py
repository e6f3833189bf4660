"""Steps of a writer that is to be killed: begin or resume a sweep, and extend it."""

import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from defectsim import FailedRunsWarning, load_sweep, resume, sweep
from defectsim.store import parts

EXTENDED = 10
"""Number of replicates in the end."""


def begin(name: str, **where: Any) -> None:
    """Begin a sweep in the working folder, or go on with it; options of an executor say where."""
    folder = Path(name)
    if (folder / "manifest.json").exists():
        resume(folder, **where)
    else:
        sweep(load_sweep("sweep.yaml"), out=".", name=name, **where)


def extend(name: str, **where: Any) -> None:
    """Extend a sweep, or go on with its extension."""
    planned = json.loads((Path(name) / "plan.json").read_text())["replicates"]
    replicates = EXTENDED if planned < EXTENDED else None
    resume(name, replicates=replicates, **where)


STEPS: dict[str, Callable[..., None]] = {"begin": begin, "extend": extend}


def take(step: str, name: str, where: Mapping[str, Any], ready: int) -> None:
    """Take a step when all is imported, and close the pipe `ready` to say so."""
    warnings.simplefilter("ignore", FailedRunsWarning)
    parts.RUNS_PER_PART = 8  # so that small sweeps have several parts
    os.close(ready)
    STEPS[step](name, **where)
