"""Progress of a study, on a terminal or in plain lines; Ctrl-C finishes the runs in hand."""

import signal
import time
from typing import Self

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from defectsim.execution.simulator import RunResult
from defectsim.studies.options import Estimate, ProgressCallback

_PLAIN_EVERY = 10.0
"""Seconds between plain lines."""
_COMPILING = "compiling the rules (once)"


class TerminalProgress(ProgressCallback):
    """Shows the progress of a study on a console, and stops it on Ctrl-C, while it is entered.

    A dry run ends as soon as time and disk space are estimated.
    """

    def __init__(self, console: Console, *, dry_run: bool = False) -> None:
        self._interrupted = self._announced = False
        self._console, self._dry_run = console, dry_run
        self._done = self._failed = self._runs = self._done_before = 0
        self._began = self._printed = time.monotonic()
        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            "{task.fields[failed]}",
            "{task.fields[rate]}",
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("building the population", total=None, failed="", rate="")

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._interrupt)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
        signal.signal(signal.SIGINT, self._previous)

    def on_compile(self) -> None:
        """Show that rules are compiled."""
        self._bar.update(self._task, description=_COMPILING)
        if not self._console.is_terminal:
            self._console.print(_COMPILING)

    def on_start(self, estimate: Estimate) -> None:
        """Print the estimate, if there are several points, and add its runs to those to be done."""
        self._runs += estimate.runs
        self._done_before, self._expected = self._done, 1 / max(estimate.seconds, 1e-9)
        self._began = self._printed = time.monotonic()
        if self._dry_run or estimate.points > 1:
            self._console.print(_size(estimate), highlight=False)
        if estimate.outlook:
            self._console.print(f"{estimate.outlook}.", highlight=False)
        if self._dry_run:
            raise typer.Exit
        self._update()

    def on_result(self, result: RunResult) -> None:
        """Count a run."""
        self.should_stop()
        self._done += 1
        self._failed += result.payload.row["status"] != "done"
        self._update()

    def should_stop(self) -> bool:
        """Return whether Ctrl-C was pressed."""
        if self._interrupted and not self._announced:
            self._announced = True
            self._console.print("Finishing the runs in hand; press Ctrl-C again to leave them.")
        return self._interrupted

    def _interrupt(self, *_: object) -> None:
        """Take note of Ctrl-C, and no more: what it interrupts may be in the middle of a print."""
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def _update(self) -> None:
        failed = f"[red]{self._failed} failed" if self._failed else ""
        self._bar.update(self._task, description="running", completed=self._done, failed=failed)
        if not self._runs:
            return
        now, done = time.monotonic(), self._done - self._done_before
        rate = done / max(now - self._began, 1e-9) if done else self._expected
        self._bar.update(self._task, total=self._runs, rate=_rate(rate))
        due = now - self._printed > _PLAIN_EVERY or self._done == self._runs
        if due and not self._console.is_terminal:
            self._printed = now
            runs = f"{self._done:,} of {self._runs:,} runs, {self._failed:,} failed"
            left = duration((self._runs - self._done) / rate)
            self._console.print(f"{runs}, {_rate(rate)}, {left} left", highlight=False)


def _rate(rate: float) -> str:
    return f"{rate:.0f} runs/s" if rate >= 10 else f"{60 * rate:.0f} runs/min"


def _size(estimate: Estimate) -> str:
    size = f"{estimate.runs:,} runs"
    if estimate.runs == estimate.points * estimate.replicates:
        size = f"{estimate.points:,} points x {estimate.replicates:,} replicates = {size}"
    at_once = f"{estimate.workers} at a time" if estimate.workers > 1 else "one at a time"
    return (
        f"{size}; about {duration(estimate.time)} ({estimate.seconds:.2g} s each, {at_once}) and "
        f"{decimal(estimate.disk)} on disk"
    )


def duration(seconds: float) -> str:
    """Return a time in the largest two units: 42 s, 3 min 20 s, 5 h 10 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
