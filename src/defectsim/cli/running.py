"""Running a study from the command line: progress while it runs, tables when it is done."""

import os
import warnings
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.status import Status

from defectsim.cli.showing import show
from defectsim.cli.watching import Terminal
from defectsim.core.errors import FailedRunsWarning, ImpreciseWarning, StudyError
from defectsim.report.study import Study
from defectsim.scenario.schema import Scenario
from defectsim.studies.watch import Watch

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended."""


def study(run: Callable[[Watch], Study], *, dry: bool = False) -> None:
    """Run a study, show its tables, say where it is, and end with the exit code that it deserves."""
    screen = Console(stderr=True)
    warnings.showwarning = lambda said, *_: screen.print(f"Note: {said}", style="yellow", markup=False)
    warnings.simplefilter("ignore", FailedRunsWarning)
    warnings.simplefilter("always", ImpreciseWarning)
    try:
        with Terminal(screen, dry=dry) as watch:
            found = run(watch)
    except KeyboardInterrupt as left:
        screen.print("Left.", *getattr(left, "__notes__", ()), highlight=False)
        os._exit(INTERRUPTED)  # Python would wait for the threads that live runs
    if not found.complete:
        screen.print(f"Stopped. What is done is kept; go on by: defectsim resume {found.path}", highlight=False)
        raise typer.Exit(INTERRUPTED)
    show(found, screen)
    if found.manifest["failed"]:
        raise typer.Exit(1)


def status(text: str) -> Status:
    """Return what shows on a terminal that something is being done."""
    return Console(stderr=True).status(text)


def how(
    workers: int | None,
    executor: StrEnum | None,
    dask: str | None,
    engine: StrEnum | None,
    out: Path | None,
    name: str | None,
    overwrite: bool,
) -> dict[str, Any]:
    """Return the options that all studies have, by the names that Python knows them by."""
    by = {"workers": workers, "executor": value(executor), "dask": dask, "engine": value(engine)}
    return {**by, "out": out, "name": name, "overwrite": overwrite}


def value(option: StrEnum | None) -> Any:
    """Return the word of an option, for those who know words."""
    return None if option is None else option.value


def named(files: Sequence[Path], scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """Return scenarios by their names, or by their files where names are not enough."""
    names = [scenario.name for scenario in scenarios]
    if len({*names}) < len(names):
        names = [file.stem for file in files]
    if len({*names}) < len(names):
        raise StudyError("two of these scenarios have the same name, and their files too: rename one")
    return dict(zip(names, scenarios, strict=True))
