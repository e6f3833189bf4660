"""The first minute: from typing a command to its end, once the rules are compiled."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path

from benchmarks.plan import ROOT, ROUNDS
from benchmarks.process import run
from benchmarks.rounds import Spread, spread
from benchmarks.study import SCENARIO

COMMANDS = {
    "--help": [],
    "check": [SCENARIO],
    "run": [SCENARIO, "--replicates", "1", "--workers", "1", "--no-figures", "--overwrite"],
}
"""Arguments of each command."""


@dataclass(frozen=True)
class Start:
    """Seconds from typing a command to its end, round by round."""

    command: str
    seconds: tuple[float, ...]

    @property
    def spread(self) -> Spread:
        """Median and range of the rounds."""
        return spread(self.seconds)


def starts(
    environment: Mapping[str, str],
    commands: Mapping[str, list[str]] = COMMANDS,
    rounds: int = ROUNDS,
) -> list[Start]:
    """Measure each command in turn; rules that the cache of `environment` has stay compiled."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            taken[name].append(_seconds([name, *arguments], environment))
    return [Start(name, tuple(seconds)) for name, seconds in taken.items()]


def _seconds(arguments: list[str], environment: Mapping[str, str]) -> float:
    typed = [str(ROOT / part) if part == SCENARIO else part for part in arguments]
    stored = typed[0] == "run"
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(get_path("scripts")) / "defectsim"), *typed]
        place = ["--allow-code", "--out", folder] if stored else []
        return run([*command, *place], environment).seconds
