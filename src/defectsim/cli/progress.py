"""Progress of a study on a terminal, or in plain lines where there is none; Ctrl-C finishes what is in hand."""

import signal
import time
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from defectsim.execution.simulator import RunResult
from defectsim.studies.progress import Estimate, ProgressCallback

_PLAIN_EVERY = 10.0
"""Seconds between plain lines."""


class Terminal(ProgressCallback):
    """Says on a console how a study goes, while it is entered.

    Parameters
    ----------
    dry
        Whether to stop when it is known what it takes.
    """

    def __init__(self, console: Console, *, dry: bool = False) -> None:
        self.interrupted = self._told = False
        self._console, self._dry = console, dry
        self._done = self._failed = self._runs = self._before = 0
        self._began = self._said = time.monotonic()
        shown = ("{task.description}", "{task.fields[failed]}", "{task.fields[rate]}")
        columns = [TextColumn(text) for text in shown]
        self._bar = Progress(
            columns[0],
            BarColumn(),
            MofNCompleteColumn(),
            *columns[1:],
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("drawing the army", total=None, failed="", rate="")

    def __enter__(self) -> Self:
        self._usual = signal.signal(signal.SIGINT, self._interrupt)
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        signal.signal(signal.SIGINT, self._usual)

    def on_start(self, estimate: Estimate) -> None:
        """Say what it seems to take, and that there are so many more runs."""
        self._runs += estimate.runs
        self._before, self._expected = self._done, 1 / max(estimate.seconds, 1e-9)
        self._began = self._said = time.monotonic()
        if self._dry or estimate.points > 1:
            self._console.print(_takes(estimate), highlight=False)
        if self._dry:
            raise typer.Exit
        self._tell()

    def on_result(self, result: RunResult) -> None:
        """Count a run that has ended."""
        self.should_stop()
        self._done += 1
        self._failed += result.payload.row["status"] != "done"
        self._tell()

    def _tell(self) -> None:
        failed = f"[red]{self._failed} failed" if self._failed else ""
        self._bar.update(self._task, description="living", completed=self._done, failed=failed)
        if not self._runs:
            return
        now, since = time.monotonic(), self._done - self._before
        rate = since / max(now - self._began, 1e-9) if since else self._expected
        self._bar.update(self._task, total=self._runs, rate=_rate(rate))
        if not self._console.is_terminal and (
            now - self._said > _PLAIN_EVERY or self._done == self._runs
        ):
            self._said = now
            left = duration((self._runs - self._done) / rate)
            self._console.print(
                f"{self._done:,} of {self._runs:,} runs, {self._failed:,} failed, {_rate(rate)}, {left} left",
                highlight=False,
            )

    def should_stop(self) -> bool:
        """Say whether Ctrl-C was pressed."""
        if self.interrupted and not self._told:
            self._told = True
            self._console.print("Finishing the runs in hand; press Ctrl-C again to leave them.")
        return self.interrupted

    def _interrupt(self, *_: object) -> None:
        """Note it, and no more: what it interrupts may be in the middle of a print."""
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True


def _rate(rate: float) -> str:
    return f"{rate:.0f} runs/s" if rate >= 10 else f"{60 * rate:.0f} runs/min"


def _takes(estimate: Estimate) -> str:
    size = f"{estimate.runs:,} runs"
    if estimate.runs == estimate.points * estimate.replicates:
        size = f"{estimate.points:,} points x {estimate.replicates:,} replicates = {size}"
    at_once = f"{estimate.workers} at a time" if estimate.workers > 1 else "one at a time"
    return (
        f"{size}; about {duration(estimate.time)} ({estimate.seconds:.2g} s each, {at_once}) and "
        f"{decimal(estimate.disk)} on disk"
    )


def duration(seconds: float) -> str:
    """Return a time as people say it: 42 s, 3 min 20 s, 5 h 10 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, seconds = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
