"""Processes of their own for what is measured, so that nothing outlives its measurement."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10
"""In the unit in which the operating system counts memory."""


@dataclass(frozen=True)
class Ran:
    """What became of a process.

    Attributes
    ----------
    output
        What it wrote to stdout and stderr.
    peak_mib
        The most memory that was resident, as the operating system counts it; never less than this process has.
    """

    output: str
    seconds: float
    peak_mib: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Ran:
    """Run a command to its end.

    Raises
    ------
    ChildProcessError
        Where it fails, with all it wrote.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment}
    )
    assert process.stdout is not None
    with process.stdout as stream:
        output = stream.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise ChildProcessError(f"{shlex.join(command)} ended with {process.returncode}:\n{output}")
    return Ran(output, seconds, usage.ru_maxrss / MEBIBYTE)


def pin() -> int | None:
    """Keep this process to one core; return which, or None where that cannot be done."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core
