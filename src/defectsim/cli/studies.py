"""The commands that run studies and go on with them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from defectsim.cli.options import (
    AllowCode,
    AtMost,
    Dask,
    DryRun,
    File,
    Folder,
    LivedBy,
    Local,
    Name,
    NoFork,
    Out,
    Overwrite,
    PreciseOutcome,
    Precision,
    Replicates,
    Seed,
    Set,
    Workers,
)

studies = typer.Typer()

RESULTS = Path("results")


class Method(StrEnum):
    """How intervals are made."""

    T = "t"
    BCA = "bca"


@studies.command()
def run(
    file: File,
    replicates: Replicates = None,
    seed: Seed = None,
    workers: Workers = None,
    executor: Local = None,
    dask: Dask = None,
    engine: LivedBy = None,
    set_: Set = None,
    allow_code: AllowCode = False,
    out: Out = RESULTS,
    name: Name = None,
    overwrite: Overwrite = False,
) -> None:
    """Run a scenario many times over, and keep a study: tables, a picture, and what made them."""
    from defectsim.api.run import run as run_study
    from defectsim.cli import running
    from defectsim.scenario.load import load

    how = running.how(workers, executor, dask, engine, out, name, overwrite)
    scenario = load(file, set_ or [], allow_code=allow_code)
    running.study(
        lambda progress: run_study(
            scenario, replicates=replicates, seed=seed, progress=progress, **how
        )
    )


@studies.command()
def sweep(
    file: Annotated[Path, typer.Argument(help="A sweep file.", show_default=False)],
    replicates: Replicates = None,
    seed: Seed = None,
    workers: Workers = None,
    executor: Local = None,
    dask: Dask = None,
    engine: LivedBy = None,
    no_fork: NoFork = False,
    dry_run: DryRun = False,
    set_: Set = None,
    allow_code: AllowCode = False,
    out: Out = RESULTS,
    name: Name = None,
    overwrite: Overwrite = False,
) -> None:
    """Run a scenario at many points of what may vary, and keep a study with a first picture of it."""
    from defectsim.api.run import sweep as run_sweep
    from defectsim.cli import running
    from defectsim.studies.kinds.sweep.load import load_sweep

    with running.status("checking the scenario of every point"):
        loaded = load_sweep(file, set_ or [], allow_code=allow_code)
    how = running.how(workers, executor, dask, engine, None if dry_run else out, name, overwrite)
    running.study(
        lambda progress: run_sweep(
            loaded, replicates=replicates, seed=seed, fork=not no_fork, progress=progress, **how
        ),
        dry=dry_run,
    )


@studies.command()
def compare(
    files: Annotated[
        list[Path],
        typer.Argument(help="Scenario files; the first is what others are held against."),
    ],
    replicates: Replicates = None,
    precision: Precision = None,
    outcome: PreciseOutcome = None,
    at_most: AtMost = None,
    method: Annotated[
        Method, typer.Option(help="How intervals are made: Student's t, or a bootstrap.")
    ] = Method.T,
    seed: Seed = None,
    workers: Workers = None,
    executor: Local = None,
    dask: Dask = None,
    engine: LivedBy = None,
    no_fork: NoFork = False,
    dry_run: DryRun = False,
    set_: Set = None,
    allow_code: AllowCode = False,
    out: Out = RESULTS,
    name: Name = None,
    overwrite: Overwrite = False,
) -> None:
    """Run scenarios on common seeds, and say what each changes, for whom and when."""
    from defectsim.api.compare import compare as run_comparison
    from defectsim.cli import running
    from defectsim.scenario.load import load

    scenarios = running.named(
        files, [load(file, set_ or [], allow_code=allow_code) for file in files]
    )
    how = running.how(workers, executor, dask, engine, None if dry_run else out, name, overwrite)
    precise: dict[str, Any] = {
        "precision": precision,
        "outcome": outcome,
        "at_most": at_most,
        "method": method.value,
    }
    running.study(
        lambda progress: run_comparison(
            scenarios,
            replicates=replicates,
            seed=seed,
            fork=not no_fork,
            progress=progress,
            **precise,
            **how,
        ),
        dry=dry_run,
    )


def _go_on(
    folder: Path,
    workers: int | None,
    executor: Local,
    dask: str | None,
    no_fork: bool,
    allow_code: bool,
    *,
    retry_failed: bool = False,
    replicates: int | None = None,
) -> None:
    from defectsim.api.resume import resume
    from defectsim.cli import running

    running.study(
        lambda progress: resume(
            folder,
            retry_failed=retry_failed,
            replicates=replicates,
            workers=workers,
            executor=running.value(executor),
            dask=dask,
            fork=not no_fork,
            allow_code=allow_code,
            progress=progress,
        )
    )


@studies.command()
def resume(
    folder: Folder,
    workers: Workers = None,
    executor: Local = None,
    dask: Dask = None,
    no_fork: NoFork = False,
    allow_code: AllowCode = False,
) -> None:
    """Live the runs that a study still misses, because it was stopped, killed, or ran out of disk."""
    _go_on(folder, workers, executor, dask, no_fork, allow_code)


@studies.command("retry-failed")
def retry_failed(
    folder: Folder,
    workers: Workers = None,
    executor: Local = None,
    dask: Dask = None,
    no_fork: NoFork = False,
    allow_code: AllowCode = False,
) -> None:
    """Live the runs of a study that failed once more, and those that it still misses."""
    _go_on(folder, workers, executor, dask, no_fork, allow_code, retry_failed=True)


@studies.command()
def extend(
    folder: Folder,
    replicates: Annotated[
        int, typer.Option(min=1, help="How many lives of each scenario there are to be in all.")
    ],
    workers: Workers = None,
    executor: Local = None,
    dask: Dask = None,
    no_fork: NoFork = False,
    allow_code: AllowCode = False,
) -> None:
    """Add replicates to a study."""
    _go_on(folder, workers, executor, dask, no_fork, allow_code, replicates=replicates)


@studies.command()
def verify(
    folder: Folder,
    sample: Annotated[int, typer.Option(min=1, help="How many runs are lived again.")] = 10,
    seed: Annotated[
        int | None, typer.Option(min=0, help="What draws them [default: a fresh seed].")
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Live some runs of a study again, each from its first day, and say whether the same came of them."""
    from defectsim.cli import running as verifying

    if not verifying.verified(folder, sample, seed, allow_code):
        raise typer.Exit(1)


@studies.command()
def plot(
    folder: Folder,
    outcome: Annotated[
        str | None, typer.Option(help="What to draw, of a sweep or comparison.")
    ] = None,
) -> None:
    """Draw a study: how it goes, what differs, or how an outcome hangs on what varies."""
    from defectsim.cli import running as showing

    showing.plot(folder, outcome)
