"""The options of a study that no result depends on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from defectsim.core.choices import EngineName, ExecutorName
from defectsim.execution.simulator import RunResult


@dataclass(frozen=True)
class Estimate:
    """Time and disk that a study takes, estimated from its first runs.

    Attributes
    ----------
    points, replicates
        Of the plan.
    runs
        Number of runs that remain.
    seconds
        Time of one run on one core.
    bytes
        Space of one run on disk.
    workers
        Number of runs at a time.
    """

    points: int
    replicates: int
    runs: int
    seconds: float
    bytes: int
    workers: int

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

    def on_start(self, estimate: Estimate) -> None:
        """Take the estimate that the first runs gave."""

    def on_result(self, result: RunResult) -> None:
        """Take the result of a run, which is stored already."""

    def should_stop(self) -> bool:
        """Return whether to finish the runs in hand and begin no others."""
        return False


@dataclass(frozen=True)
class RunOptions:
    """Options of how a study is run and where it is stored: keywords of `run`, `compare`, `sweep`.

    `resume` takes those that a study does not fix: workers, executor, dask, fork and progress.

    Attributes
    ----------
    workers
        Number of threads or processes; default: all cores.
    executor
        ``"threads"`` or ``"processes"``; default: by the time that the study is going to take.
    dask
        Address of a Dask scheduler, path of its file, or ``"local"``, instead of this process.
    engine
        ``"compiled"`` or ``"reference"``, which loops over agents; default: compiled or, with an
        `UncompiledWarning`, reference if a rule cannot be compiled.
    fork
        Whether scenarios that have a common past simulate it once.
    progress
        Follows the study, and may stop it.
    out
        Folder of studies; default: none, so that the study stays in memory.
    name
        Folder of the study in `out`, with its tables and figures; default: the name of the
        scenario or sweep, or those of the scenarios that are compared.
    overwrite
        Whether to replace a study of that name.
    """

    workers: int | None = None
    executor: ExecutorName | None = None
    dask: str | None = None
    fork: bool = True
    progress: ProgressCallback = field(default_factory=ProgressCallback)
    engine: EngineName | None = None
    out: str | Path | None = None
    name: str | None = None
    overwrite: bool = False


class ResumeKeywords(TypedDict, total=False):
    """Keywords of `resume`; see `RunOptions`."""

    workers: int | None
    executor: ExecutorName | None
    dask: str | None
    fork: bool
    progress: ProgressCallback


class RunKeywords(ResumeKeywords, total=False):
    """Keywords of `run`, `compare` and `sweep`; see `RunOptions`."""

    engine: EngineName | None
    out: str | Path | None
    name: str | None
    overwrite: bool
