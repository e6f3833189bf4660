"""The options of a study that no result depends on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from defectsim.core.choices import EngineName, ExecutorName
from defectsim.execution.simulator import RunResult


@dataclass(frozen=True)
class Estimate:
    """Time and disk that a study takes, estimated from its first runs."""

    points: int
    replicates: int
    runs: int
    """Number of runs that remain."""
    seconds: float
    """Time of one run on one core."""
    bytes: int
    """Space of one run on disk."""
    workers: int
    """Number of runs at a time."""
    outlook: str = ""
    """Sentence about runs that may follow, if their number depends on these."""

    @property
    def time(self) -> float:
        """Seconds that the remaining runs take."""
        return self.runs * self.seconds / min(self.workers, max(self.runs, 1))

    @property
    def disk(self) -> int:
        """Bytes that the remaining runs take on disk."""
        return self.runs * self.bytes


class ProgressCallback:
    """Follow a study while it runs, and stop it; this one does neither."""

    def on_compile(self) -> None:
        """Note that rules are compiled, which is done once and takes some seconds."""

    def on_start(self, estimate: Estimate) -> None:
        """Take the estimate that the first runs gave."""

    def on_result(self, result: RunResult) -> None:
        """Take the result of a run, which is stored already."""

    def should_stop(self) -> bool:
        """Return whether to finish the runs in hand and begin no others."""
        return False


class ResumeOptions(TypedDict, total=False):
    """Options of how a study is run: keywords of `resume`."""

    workers: int | None
    """Number of threads or processes; default: all cores."""
    executor: ExecutorName | None
    """``"threads"`` or ``"processes"``; default: by the time that the study is going to take."""
    dask: str | None
    """Address of a Dask scheduler, path of its file, or ``"local"``, instead of this process."""
    fork: bool
    """True, the default, if scenarios that have a common past simulate it once."""
    figures: bool
    """True, the default, to draw the figure of a stored study when it is complete."""
    progress: ProgressCallback
    """Follows the study, and may stop it."""


class RunOptions(ResumeOptions, total=False):
    """Options of how and where a study is run: keywords of `run`, `compare` and `sweep`."""

    engine: EngineName | None
    """``"compiled"``, which keeps people in cohorts or rows as is faster, or always in
    ``"cohorts"`` or ``"rows"``; or ``"reference"``, which loops over agents. Default: compiled or,
    with an `UncompiledWarning`, reference if a rule cannot be compiled."""
    out: str | Path | None
    """Folder of studies; default: none, so that the study stays in memory."""
    name: str | None
    """Folder of the study in `out`, with its tables and figures; default: the name of the scenario
    or sweep, or those of the scenarios that are compared."""
    overwrite: bool
    """True to replace a study of that name."""
