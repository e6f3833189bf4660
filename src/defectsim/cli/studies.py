"""Commands that run studies, continue them and show them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import defectsim as ds
from defectsim.cli.options import (
    EXECUTION,
    FORKING,
    LOADING,
    PRECISION,
    STORAGE,
    AllowCode,
    ScenarioFile,
    StudyFolder,
    loaded,
    loaded_sweep,
    path_argument,
    path_option,
    run_options,
    runs_option,
    with_options,
)
from defectsim.core.screen import Screen

studies = typer.Typer()


def _study(run: "Callable[..., ds.Study]", *, dry_run: bool = False, **options: Any) -> None:
    """Run a study, show its progress and its tables, and end with its exit code."""
    from defectsim.cli.running import run_and_show

    run_and_show(partial(run, **run_options(options, dry_run=dry_run)), dry_run=dry_run)


@studies.command()
@with_options("replicates", "seed", *LOADING, *EXECUTION, *STORAGE)
def run(
    file: ScenarioFile,
    draw_parameters: Annotated[
        Path | None,
        path_option(
            metavar="DRAWS",
            help="Folder of a calibrated study, or a .csv file: each replicate takes a draw from it.",
        ),
    ] = None,
    **options: Any,
) -> None:
    """Run replicates of a scenario, and store a study: tables, a figure, and what made them."""
    if draw_parameters is None:
        (scenario,) = loaded(ds.load, [file], options)
        _study(partial(ds.run, scenario), **options)
        return
    count, seed = options.pop("replicates"), options.pop("seed")
    load = partial(ds.load_drawn, file, draw_parameters, replicates=count, seed=seed)
    with Screen(stderr=True).status("checking the scenario of every draw"):
        plan = load(options.pop("set_") or [], allow_code=options.pop("allow_code"))
    if (options["out"] / (options["name"] or plan.name)).resolve() == draw_parameters.resolve():
        raise typer.BadParameter("the run would replace the study that it draws from: give --name")
    _study(partial(ds.sweep, plan), **options)


@studies.command()
@with_options("replicates", "seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def sweep(
    file: Annotated[Path, path_argument(metavar="FILE", help="A sweep file.")], **options: Any
) -> None:
    """Run a scenario at every point of a sweep, and store a study with a first figure."""
    plan = loaded_sweep(file, options)
    _study(partial(ds.sweep, plan), **options)


@studies.command()
@with_options("replicates", *PRECISION, "seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def compare(
    files: Annotated[
        list[Path],
        path_argument(metavar="FILE", help="Scenario files, the first of which is the baseline."),
    ],
    **options: Any,
) -> None:
    """Run scenarios on common random numbers: what each changes, for whom and when."""
    scenarios = loaded(ds.load, files, options)
    _study(partial(ds.compare, _by_name(files, scenarios)), **options)


def _by_name(files: list[Path], scenarios: "list[ds.Scenario]") -> "dict[str, ds.Scenario]":
    """Name scenarios; by their files if two have the same name."""
    for names in ([one.name for one in scenarios], [file.stem for file in files]):
        if len({*names}) == len(names):
            return dict(zip(names, scenarios, strict=True))
    raise ds.PlanError("two of these scenarios have the same name, and their files too: rename one")


@studies.command()
@with_options(*FORKING)
def resume(folder: StudyFolder, allow_code: AllowCode = False, **options: Any) -> None:
    """Run what a study lacks, because it was stopped, killed, or ran out of disk space."""
    _study(partial(ds.resume, folder), allow_code=allow_code, **options)


@studies.command("retry-failed")
@with_options(*FORKING)
def retry_failed(folder: StudyFolder, allow_code: AllowCode = False, **options: Any) -> None:
    """Repeat the failed runs of a study, and run what it lacks."""
    _study(partial(ds.resume, folder), retry_failed=True, allow_code=allow_code, **options)


@studies.command()
@with_options(*FORKING)
def extend(
    folder: StudyFolder,
    replicates: Annotated[int, runs_option(help="Replicates that there should be in all.")],
    allow_code: AllowCode = False,
    **options: Any,
) -> None:
    """Add replicates to a study."""
    _study(partial(ds.resume, folder), replicates=replicates, allow_code=allow_code, **options)


@studies.command()
def verify(
    folder: StudyFolder,
    sample: Annotated[int, runs_option(help="Number of runs to repeat.")] = 10,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Seed of the sample.", show_default="a fresh one"),
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Repeat some runs of a study from their first day, and compare them with what is stored."""
    from defectsim.cli.running import verify_and_show

    if not verify_and_show(folder, sample, seed, allow_code):
        raise typer.Exit(1)
