"""Carrying a study out, into memory or into a folder."""

import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from defectsim.core.errors import FailedRunsWarning
from defectsim.engine.start import EngineName
from defectsim.execution.executors import Executor
from defectsim.report.drawing import draw
from defectsim.report.study import Study
from defectsim.studies.ready import Ready
from defectsim.studies.run import begin, carry_out, drawn, run_in_memory
from defectsim.studies.sweep import Sweep
from defectsim.studies.watch import Watch


@dataclass(frozen=True)
class How:
    """How a study is carried out, on which no result depends.

    Attributes
    ----------
    executor
        Who lives the runs.
    engine
        Which engine; see `engine.start.Start.prepare`.
    fork
        Whether points that have a common past live it once.
    watch
        Who is told how it goes.
    """

    executor: Executor = field(default_factory=Executor)
    engine: EngineName | None = None
    fork: bool = True
    watch: Watch = field(default_factory=Watch)

    def ready(self, sweep: Sweep, pending: list[int] | None = None) -> Ready:
        """Make a sweep ready to be run."""
        return Ready(sweep, self.executor, engine=self.engine, fork=self.fork, pending=pending)


def carried_out(sweep: Sweep, how: How, out: str | Path | None, name: str | None, *, overwrite: bool) -> Study:
    """Run a sweep into ``out/name``, or into memory where `out` is None."""
    command = " ".join(sys.argv)
    ready = how.ready(sweep)
    if out is None:
        lived = run_in_memory(sweep, ready, how.executor, how.watch, command)
        return told(Study.of(lived.manifest, lived.tables))
    where = (Path(out), name or sweep.name)
    with begin(sweep, ready, how.executor, command, *where, overwrite=overwrite) as writer:
        carry_out(writer, ready, how.watch)
        drawn(writer, draw)
    return told(Study.open(writer.folder))


def told(study: Study) -> Study:
    """Return a study, with a warning where runs of it failed."""
    if failed := study.failure:
        warnings.warn(f"{failed}; study.runs['error'] has each failed run's error", FailedRunsWarning, stacklevel=4)
    return study
