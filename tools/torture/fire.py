"""Sweeps whose writers are killed."""

import hashlib
import json
import os
import signal
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

FILES = {
    "seen.py": """
def see(view):
    gone = float((view.column("status") == 3).sum())
    if gone > 3:
        raise ValueError(f"{gone:.0f} gone")
    return {"gone": gone}
""",
    "small.yaml": """
name: small
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-07-01}
forces:
  branches: {army: {strength: 50, generals: 5}, guard: {strength: 25, generals: 2}}
  company: {officer: 2, nco: 2, enlisted: 6}
people: {pay: {enlisted: 10, nco: 12, officer: 20, general: 100}, outside: {lognormal: [200, 0.5]}}
observers: {seen: "seen.py:see"}
policies:
  ban: {lever: travel_ban, value: 0.2, effective: 2018-04-01}
""",
    "sweep.yaml": """
name: torture
question: Is anything lost?
scenario: small.yaml
vary: {policies.ban.value: [0.2, 0.4, 0.9]}
replicates: 6
seed: 3
""",
}
"""A sweep of 18 runs, which share a past; some fail."""
CIRCUMSTANCES = ("log.jsonl", "manifest.json")
_WHERE: Sequence[Mapping[str, Any]] = (
    *({"executor": "threads", "workers": count} for count in (1, 2, 3)),
    {"executor": "processes", "workers": 2},
)
"""Executors, one for each sweep in turns."""


@dataclass
class Fire:
    """Sweeps in a folder, under fire.

    Attributes
    ----------
    kills, workers, finished
        How many writers were killed and, while a writer went on, how many of its processes; and how
        many sweeps were complete in the end.
    different
        What these left that differs from an uninterrupted one.
    """

    folder: Path
    seed: int
    kills: int = 0
    workers: int = 0
    finished: int = 0
    different: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, text in FILES.items():
            (self.folder / name).write_text(text)
        self._random = np.random.Generator(np.random.Philox(self.seed))
        self._long = {
            (step, where["executor"]): self._uninterrupted(step, where)
            for where in (_WHERE[0], _WHERE[-1])
            for step in ("begin", "extend")
        }
        self._expected = contents(self.folder / "whole-threads")

    def sweep(self, most: int) -> None:
        """Take one sweep through its steps, killing its writer again and again, but no more often than `most`."""
        name, last = f"sweep-{self.finished}", self.kills + most
        where = _WHERE[self.finished % len(_WHERE)]
        for step in ("begin", "extend"):
            while not self._survives(step, name, where, fire=self.kills < last):
                self.kills += 1
        found = contents(self.folder / name)
        names = sorted({*found, *self._expected})
        self.different += [
            f"{name}/{file}" for file in names if found.get(file) != self._expected.get(file)
        ]
        self.finished += 1

    def _uninterrupted(self, step: str, where: Mapping[str, Any]) -> float:
        """Take a step of the sweep that nobody kills, and return how long it took."""
        child, begun = self._begun(step, f"whole-{where['executor']}", where)
        os.waitpid(child, 0)
        return time.monotonic() - begun

    def _survives(self, step: str, name: str, where: Mapping[str, Any], *, fire: bool) -> bool:
        """Run a step in a process; return whether it ended before it was killed.

        Half of those that have processes of their own lose one of these, and go on.
        """
        child, _ = self._begun(step, name, where)
        if fire:
            time.sleep(self._random.uniform(0, self._long[step, where["executor"]]))
            if where["executor"] == "processes" and self._random.random() < 0.5:
                self.workers += self._kill_worker(child)
            else:
                os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise RuntimeError(f"{name} could not be resumed: see above")
        return os.WIFEXITED(status)

    def _kill_worker(self, writer: int) -> bool:
        """Kill a process of a writer, if there is any yet."""
        workers = [one.pid for one in psutil.Process(writer).children() if _is_worker(one)]
        if workers:
            os.kill(self._random.choice(workers), signal.SIGKILL)
        return bool(workers)

    def _begun(self, step: str, name: str, where: Mapping[str, Any]) -> tuple[int, float]:
        """Return the number of a process that takes a step, and when it began, all that it needs being imported."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self._take(step, name, where, writer)
        os.close(writer)
        os.read(reader, 1)
        os.close(reader)
        return child, time.monotonic()

    def _take(self, step: str, name: str, where: Mapping[str, Any], writer: int) -> None:
        try:
            os.chdir(self.folder)
            from tools.torture.steps import take  # with threads, which no parent of forks may have

            take(step, name, where, writer)
        except BaseException:  # whatever it is, the parent sees it
            traceback.print_exc()
            os._exit(1)
        os._exit(0)


def contents(folder: Path) -> dict[str, str]:
    """Return a hash of each file of a study that must not depend on how it came to be."""
    files = [
        path for path in folder.rglob("*") if path.is_file() and path.name not in CIRCUMSTANCES
    ]
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("circumstances")
    known = {"manifest": json.dumps(manifest, sort_keys=True)}
    return known | {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _is_worker(child: psutil.Process) -> bool:
    """Return whether a process simulates runs, and has not ended by now."""
    with suppress(psutil.NoSuchProcess):
        return any("spawn_main" in part for part in child.cmdline())
    return False
