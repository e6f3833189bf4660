"""A study at full size, as a user runs it: time and memory."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path

from benchmarks.plan import ROOT, SEED
from benchmarks.process import run

SCENARIO = "scenarios/venezuela-2019.yaml"
REPLICATES = 40
WORKERS = 2


@dataclass(frozen=True)
class StudyRun:
    """Times of a study, from the command to its complete folder."""

    scenario: str
    replicates: int
    workers: int
    seconds: float
    seconds_per_replicate: float
    peak_mib: float


def study(
    environment: Mapping[str, str], scenario: str = SCENARIO, replicates: int = REPLICATES
) -> StudyRun:
    """Run a study; rules that the cache of `environment` has are not compiled again."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(get_path("scripts")) / "defectsim"),
            "run",
            str(ROOT / scenario),
            "--allow-code",
            "--out",
            folder,
        ]
        options = {"--seed": SEED, "--workers": WORKERS, "--replicates": replicates}
        ran = run(
            [*command, *(str(part) for option in options.items() for part in option)], environment
        )
    return StudyRun(
        scenario, replicates, WORKERS, ran.seconds, ran.seconds / replicates, ran.peak_mib
    )
