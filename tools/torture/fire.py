"""Sweeps whose writers are killed."""

import hashlib
import json
import os
import signal
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

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


@dataclass
class Fire:
    """Sweeps in a folder, under fire.

    Attributes
    ----------
    kills, finished
        How many writers were killed, and how many sweeps were complete in the end.
    different
        What these left that differs from an uninterrupted one.
    """

    folder: Path
    seed: int
    kills: int = 0
    finished: int = 0
    different: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, text in FILES.items():
            (self.folder / name).write_text(text)
        self._random = np.random.Generator(np.random.Philox(self.seed))
        self._long = {step: self._uninterrupted(step) for step in ("begin", "extend")}
        self._expected = contents(self.folder / "whole")

    def sweep(self, most: int) -> None:
        """Take one sweep through its steps, killing its writer again and again, but no more often than `most`."""
        name, last = f"sweep-{self.finished}", self.kills + most
        for step in self._long:
            while not self._survives(step, name, fire=self.kills < last):
                self.kills += 1
        found = contents(self.folder / name)
        names = sorted({*found, *self._expected})
        self.different += [
            f"{name}/{file}" for file in names if found.get(file) != self._expected.get(file)
        ]
        self.finished += 1

    def _uninterrupted(self, step: str) -> float:
        """Take a step of the sweep that nobody kills, and return how long it took."""
        child, begun = self._begun(step, "whole", 1)
        os.waitpid(child, 0)
        return time.monotonic() - begun

    def _survives(self, step: str, name: str, *, fire: bool) -> bool:
        """Run a step in a process; return whether it ended before it was killed."""
        child, _ = self._begun(step, name, 1 + self.finished % 3)
        if fire:
            time.sleep(self._random.uniform(0, self._long[step]))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise RuntimeError(f"{name} could not be resumed: see above")
        return os.WIFEXITED(status)

    def _begun(self, step: str, name: str, workers: int) -> tuple[int, float]:
        """Return the number of a process that takes a step, and when it began, all that it needs being imported."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self._take(step, name, workers, writer)
        os.close(writer)
        os.read(reader, 1)
        os.close(reader)
        return child, time.monotonic()

    def _take(self, step: str, name: str, workers: int, writer: int) -> None:
        try:
            os.chdir(self.folder)
            from tools.torture.steps import take  # with threads, which no parent of forks may have

            take(step, name, workers, writer)
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
