"""Processes of their own for what is measured, so that nothing outlives its measurement."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WATCH = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:])
seconds = time.perf_counter() - began
print(json.dumps([done.returncode, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]), end="")
"""
_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10
"""In the unit in which the operating system counts memory."""


@dataclass(frozen=True)
class Ran:
    """The end of a process.

    Attributes
    ----------
    output
        What it wrote to stdout and stderr.
    peak_mib
        The most memory that was resident, as the operating system counts it.
    """

    output: str
    seconds: float
    peak_mib: float

    @property
    def printed(self) -> Any:
        """The JSON on the last line of the output."""
        return json.loads(self.output.splitlines()[-1])


def run(command: Sequence[str], environment: Mapping[str, str]) -> Ran:
    """Run a command to its end.

    A small process begins it, since to the operating system a process has had as much memory as the one that began it.

    Raises
    ------
    ChildProcessError
        Where it fails, with all it wrote.
    """
    watched = subprocess.run(
        [sys.executable, "-S", "-c", _WATCH, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
        check=True,
    )
    output, line, last = watched.stdout.rpartition("[")
    returned, seconds, peak = json.loads(line + last)
    if returned != 0:
        raise ChildProcessError(f"{shlex.join(command)} ended with {returned}:\n{output}")
    return Ran(output, seconds, peak / _MEBIBYTE)


def pin() -> int | None:
    """Keep this process to one core; return which, or None where that cannot be done."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core
