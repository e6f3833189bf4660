"""Studies on the command line: progress while they run, tables when they are complete."""

import os
import shlex
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from pydantic_core import to_json

from defectsim.api.study import Study
from defectsim.cli.progress import TerminalProgress
from defectsim.core.errors import FailedRunsWarning, ImpreciseWarning
from defectsim.core.randomness import fresh_seed
from defectsim.core.screen import Screen
from defectsim.studies.readings.result import ReadingResult
from defectsim.studies.runner import changed_files, rerun

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


def run_to_end(run: Callable[..., Study], screen: Screen, *, dry_run: bool = False) -> Study:
    """Run a study and show its progress; end the program if it is stopped before its end."""
    warnings.showwarning = notes_on(screen)
    warnings.simplefilter("ignore", FailedRunsWarning)
    warnings.simplefilter("always", ImpreciseWarning)
    try:
        with TerminalProgress(screen, dry_run=dry_run) as progress:
            study = run(progress=progress)
    except KeyboardInterrupt as interrupt:
        notes = getattr(interrupt, "__notes__", ())
        screen.show(" ".join(["Interrupted.", *notes]))
        os._exit(INTERRUPTED)  # Python would wait for the threads that still run
    if not study.complete:
        folder = shlex.quote(str(study.path))
        screen.show(f"Stopped. Finished runs are kept; to continue: defectsim resume {folder}")
        raise typer.Exit(INTERRUPTED)
    return study


def run_and_show(run: Callable[..., Study], *, dry_run: bool = False) -> None:
    """Run a study, show its tables and its folder, and end with its exit code."""
    screen = Screen(stderr=True)
    study = run_to_end(run, screen, dry_run=dry_run)
    _show(study, screen)
    if study.manifest["failed"]:
        raise typer.Exit(1)


def notes_on(screen: Screen) -> Callable[..., None]:
    """Return what prints a warning as a note, once, whatever raises it again."""
    told = set[str]()

    def note(message: Warning | str, *_: Any, **__: Any) -> None:
        if str(message) not in told:
            told.add(str(message))
            screen.show(f"Note: {message}", style="yellow")

    return note


def read_and_show(
    reading: Callable[[Study], ReadingResult], study: Study, screen: Screen, *, as_json: bool
) -> None:
    """Read a study, print what is found, and store it in its folder."""
    _show_failure(study, screen)
    if study.manifest["failed"] == study.runs.height:
        raise typer.Exit(1)
    finding = reading(study)
    if as_json:
        print(finding.json)
    else:
        Screen().show(finding.shown)
    if study.path is not None:
        finding.save(study.path)
    screen.show(f"{finding.name} stored in {study.path}")


def show_stored(study: Study, form: str) -> None:
    """Print a stored study: its tables as text, or question, answer and numbers as JSON or CSV."""
    study.expect_finished()
    if form == "csv":
        print(study.numbers.write_csv(), end="")
    elif form == "json":
        told = {
            "question": study.question,
            "answer": study.answer,
            "findings": study.findings,
            "manifest": study.manifest,
            "numbers": study.numbers.to_dicts(),
        }
        print(to_json(told, indent=1, inf_nan_mode="null", fallback=str).decode())
    else:
        _show(study, Screen(stderr=True))


def _show(study: Study, screen: Screen) -> None:
    """Print the tables of a study on standard output, and its failures and folder on `screen`."""
    if study.manifest["failed"] < study.runs.height:
        Screen().show(study.table())
    _show_failure(study, screen)
    screen.show(f"seed {study.manifest['seed']}; study in {study.path}")


def _show_failure(study: Study, screen: Screen) -> None:
    """Print how many runs failed, if any, and how to repeat them."""
    if study.failure:
        screen.show(study.failure, style="red")
        screen.show(
            "The error of each failed run is in its row of runs.parquet; to repeat these runs: "
            f"defectsim retry-failed {shlex.quote(str(study.path))}"
        )


def verify_and_show(folder: Path, sample: int, seed: int | None, allow_code: bool) -> bool:
    """Repeat some runs, print where they differ, and return whether all are as stored."""
    seed = fresh_seed() if seed is None else seed
    screen = Screen()
    changed = changed_files(folder)
    with Screen(stderr=True).status("repeating runs"):
        checked = list(rerun(folder, sample, seed, allow_code=allow_code))
    wrong = [one for one in checked if not one.matches]
    for one in wrong:
        run = f"point {one.point}, replicate {one.replicate}"
        screen.show(f"{run}: {', '.join(one.differences)}: differs from what is stored")
    for name in changed:
        screen.show(f"{name}: changed since the study wrote it")
    same = len(checked) - len(wrong)
    screen.show(f"{same} of {len(checked)} re-runs match the stored results (seed {seed})")
    return not wrong and not changed
