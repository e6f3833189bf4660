"""Commands that run studies, continue them and show them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import defectsim as ds
from defectsim.cli.options import (
    AllowCode,
    DryRun,
    Execution,
    Forking,
    Overrides,
    Replicates,
    ScenarioFile,
    Seed,
    Storage,
    StudyFolder,
    argument,
    with_options,
)
from defectsim.core.choices import MOST_REPLICATES, PRECISE_OUTCOME, IntervalMethod

studies = typer.Typer()


def _study(run: "Callable[..., ds.Study]", *, dry_run: bool = False, **options: Any) -> None:
    """Run a study, show its progress and its tables, and end with its exit code."""
    from defectsim.cli.running import run_and_show

    if dry_run:
        options["out"] = None
    if "no_fork" in options:
        options["fork"] = not options.pop("no_fork")
    run_and_show(partial(run, **options), dry_run=dry_run)


@studies.command()
@with_options(Execution, Storage)
def run(
    file: ScenarioFile,
    replicates: Replicates = None,
    seed: Seed = None,
    set_: Overrides = None,
    allow_code: AllowCode = False,
    **options: Any,
) -> None:
    """Run replicates of a scenario, and store a study: tables, a figure, and what made them."""
    scenario = ds.load(file, set_ or [], allow_code=allow_code)
    _study(partial(ds.run, scenario), replicates=replicates, seed=seed, **options)


@studies.command()
@with_options(Execution, Forking, Storage)
def sweep(
    file: Annotated[Path, argument(metavar="FILE", help="A sweep file.")],
    replicates: Replicates = None,
    seed: Seed = None,
    dry_run: DryRun = False,
    set_: Overrides = None,
    allow_code: AllowCode = False,
    **options: Any,
) -> None:
    """Run a scenario at every point of a sweep, and store a study with a first figure."""
    with Console(stderr=True).status("checking the scenario of every point"):
        plan = ds.load_sweep(file, set_ or [], allow_code=allow_code)
    _study(partial(ds.sweep, plan), dry_run=dry_run, replicates=replicates, seed=seed, **options)


@studies.command()
@with_options(Execution, Forking, Storage)
def compare(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Scenario files, the first of which is the baseline."),
    ],
    replicates: Replicates = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="HALF-WIDTH",
            help="Add replicates until the 95 % interval reaches no further: 0.5pp, or 2 people.",
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Outcome of the precision.", show_default=PRECISE_OUTCOME
        ),
    ] = None,
    at_most: Annotated[
        int | None,
        typer.Option(
            min=1, help="Most replicates for a precision.", show_default=f"{MOST_REPLICATES:,}"
        ),
    ] = None,
    method: Annotated[
        IntervalMethod, typer.Option(help="Intervals by Student's t, or by a bootstrap.")
    ] = "t",
    seed: Seed = None,
    dry_run: DryRun = False,
    set_: Overrides = None,
    allow_code: AllowCode = False,
    **options: Any,
) -> None:
    """Run scenarios on common random numbers: what each changes, for whom and when."""
    scenarios = [ds.load(file, set_ or [], allow_code=allow_code) for file in files]
    _study(
        partial(ds.compare, _by_name(files, scenarios)),
        dry_run=dry_run,
        replicates=replicates,
        precision=precision,
        outcome=outcome,
        at_most=at_most,
        method=method,
        seed=seed,
        **options,
    )


def _by_name(files: list[Path], scenarios: "list[ds.Scenario]") -> "dict[str, ds.Scenario]":
    """Name scenarios; by their files if two have the same name."""
    for names in ([one.name for one in scenarios], [file.stem for file in files]):
        if len({*names}) == len(names):
            return dict(zip(names, scenarios, strict=True))
    raise ds.PlanError("two of these scenarios have the same name, and their files too: rename one")


@studies.command()
@with_options(Execution, Forking)
def resume(folder: StudyFolder, allow_code: AllowCode = False, **options: Any) -> None:
    """Run what a study lacks, because it was stopped, killed, or ran out of disk space."""
    _study(partial(ds.resume, folder), allow_code=allow_code, **options)


@studies.command("retry-failed")
@with_options(Execution, Forking)
def retry_failed(folder: StudyFolder, allow_code: AllowCode = False, **options: Any) -> None:
    """Repeat the failed runs of a study, and run what it lacks."""
    _study(partial(ds.resume, folder), retry_failed=True, allow_code=allow_code, **options)


@studies.command()
@with_options(Execution, Forking)
def extend(
    folder: StudyFolder,
    replicates: Annotated[int, typer.Option(min=1, help="Replicates that there should be in all.")],
    allow_code: AllowCode = False,
    **options: Any,
) -> None:
    """Add replicates to a study."""
    _study(partial(ds.resume, folder), replicates=replicates, allow_code=allow_code, **options)


@studies.command()
def verify(
    folder: StudyFolder,
    sample: Annotated[int, typer.Option(min=1, help="Number of runs to repeat.")] = 10,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the sample.", show_default="a fresh one")
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Repeat some runs of a study from their first day, and compare them with what is stored."""
    from defectsim.cli.running import verify_and_show

    if not verify_and_show(folder, sample, seed, allow_code):
        raise typer.Exit(1)


@studies.command()
def plot(
    folder: StudyFolder,
    outcome: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Outcome to draw, of a sweep or comparison."),
    ] = None,
) -> None:
    """Draw the figure of a study into its folder."""
    print(f"{ds.Study.open(folder).draw(folder / 'figures', outcome)}.png and .svg")
