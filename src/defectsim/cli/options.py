"""Arguments and options that several commands share."""

import datetime as dt
import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

import defectsim as ds
from defectsim.core.choices import (
    BYTES_PER_RUN,
    MOST_REPLICATES,
    MOST_RUNS,
    MOST_WORKERS,
    PRECISE_OUTCOME,
    EngineName,
    ExecutorName,
    IntervalMethod,
)
from defectsim.core.errors import nearest
from defectsim.core.files import user_path
from defectsim.core.formatting import memory_size, plain
from defectsim.core.screen import Screen

argument = partial(typer.Argument, show_default=False)
path_argument = partial(argument, parser=user_path)
path_option = partial(typer.Option, parser=user_path)


def _fitting(runs: int | None) -> int | None:
    """Refuse more runs than fit in memory, before anything is read."""
    if runs is not None and runs > MOST_RUNS:
        raise typer.BadParameter(
            f"{runs:,} runs would take about {memory_size(runs * BYTES_PER_RUN)} of memory, and "
            f"{MOST_RUNS:,} is the most"
        )
    return runs


runs_option = partial(typer.Option, metavar="N", min=1, callback=_fitting)


def choice(names: Any, metavar: str, *called: str, **about: Any) -> Any:
    """Return an option that takes one of the names of a `Literal`, which its help should list."""
    known = get_args(names)

    def parse(text: str) -> str:
        if text not in known:
            hint = nearest(text, known) or f": take one of {', '.join(known)}"
            raise typer.BadParameter(f"there is no {metavar.lower()} {text!r}{hint}")
        return text

    return typer.Option(*called, metavar=metavar, parser=parse, **about)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date: write it as in 2019-01-31") from None


date_option = partial(typer.Option, metavar="DATE", parser=_date)

ScenarioFile = Annotated[Path, path_argument(metavar="FILE", help="A scenario file.")]
StudyFolder = Annotated[Path, path_argument(metavar="DIR", help="The folder of a study.")]

Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override a value of the file, such as clock.end=2020-01-06; repeatable.",
    ),
]
AllowCode = Annotated[
    bool,
    typer.Option("--allow-code", help="Run code that is named by files outside this folder."),
]
LOADING = ("set_", "allow_code")
PRECISION = ("precision", "outcome", "at_most", "method")
EXECUTION = ("workers", "executor", "dask", "no_figures")
FORKING = (*EXECUTION, "no_fork")
STORAGE = ("engine", "out", "name", "overwrite")


class SharedOptions:
    """Options by the keywords of `defectsim.RunOptions`, `run`, `sweep` and `compare`."""

    replicates: Annotated[
        int | None,
        runs_option(
            help=f"Runs of each scenario, each with random draws of its own; {MOST_RUNS:,} at most.",
            show_default="the file's",
        ),
    ] = None
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="HALF-WIDTH",
            help="Add replicates until the 95 % interval reaches no further: 0.5pp, or 2 people.",
        ),
    ] = None
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Outcome of the precision.", show_default=PRECISE_OUTCOME
        ),
    ] = None
    at_most: Annotated[
        int | None,
        runs_option(help="Most replicates for a precision.", show_default=f"{MOST_REPLICATES:,}"),
    ] = None
    method: Annotated[
        IntervalMethod,
        choice(IntervalMethod, "METHOD", help="Intervals: t, of Student, or bca, of a bootstrap."),
    ] = "t"
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Seed of all draws.", show_default="the file's, or a fresh one"
        ),
    ] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate time and disk space, and stop.")
    ] = False
    set_: Overrides = None
    allow_code: AllowCode = False
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST_WORKERS,
            help="Number of threads or processes.",
            show_default="all cores",
        ),
    ] = None
    executor: Annotated[
        ExecutorName | None,
        choice(
            ExecutorName,
            "EXECUTOR",
            help="How runs share this machine: threads, or processes.",
            show_default="processes where all runs take over 10 s",
        ),
    ] = None
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run on a Dask scheduler: its address, the path of its file, or local.",
        ),
    ] = None
    no_figures: Annotated[
        bool, typer.Option("--no-figures", help="Store tables only, and draw no figure.")
    ] = False
    no_fork: Annotated[
        bool,
        typer.Option(
            "--no-fork",
            help="Simulate each scenario from its first day, even if several share a past.",
        ),
    ] = False
    engine: Annotated[
        EngineName | None,
        choice(
            EngineName,
            "ENGINE",
            help="How steps are computed: compiled, with people in cohorts or in rows as is faster, or "
            "always in cohorts, or in rows; or reference, a loop over agents.",
            show_default="compiled, if the rules can be",
        ),
    ] = None
    out: Annotated[Path, path_option(metavar="DIR", help="Folder of studies.")] = Path("results")
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of the study.", show_default="the file's"),
    ] = None
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a study of the same name.")
    ] = False


def with_options[Command: Callable[..., None]](*names: str) -> Callable[[Command], Command]:
    """Add shared options to those of a command, which takes them as keywords."""
    hints = get_type_hints(SharedOptions, include_extras=True)

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        shared = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=getattr(SharedOptions, name),
                annotation=hints[name],
            )
            for name in names
        ]
        vars(command)["__signature__"] = signature.replace(parameters=[*own, *shared])
        return command

    return decorate


def loaded[Loaded](
    load: Callable[..., Loaded], files: list[Path], options: dict[str, Any]
) -> list[Loaded]:
    """Load files by the options that concern them, which are taken from the others."""
    overrides, allow_code = options.pop("set_") or [], options.pop("allow_code")
    return [load(file, overrides, allow_code=allow_code) for file in files]


def loaded_sweep(file: Path, options: dict[str, Any]) -> "ds.Plan":
    """Load a sweep file by the options that concern it, which are taken from the others."""
    with Screen(stderr=True).status("checking the scenario of every point"):
        (plan,) = loaded(ds.load_sweep, [file], options)
    return plan


def refuse_run_options(study: Path, options: dict[str, Any]) -> None:
    """Refuse options that concern runs, if any is given, of a study that is only read.

    Raises
    ------
    typer.BadParameter
        With the names of those given.
    """
    given = [
        f"--{name.strip('_').replace('_', '-')}"
        for name, value in options.items()
        if value != getattr(SharedOptions, name, None)
    ]
    if given:
        raise typer.BadParameter(
            f"{plain(str(study))} is a study, which is only read: leave out {', '.join(given)}, or "
            "give the file that it was run from"
        )


def run_options(options: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
    """Return the keywords of `defectsim.RunOptions` that options of the command line stand for."""
    negated = {
        name: not options[f"no_{name}"] for name in ("fork", "figures") if f"no_{name}" in options
    }
    given = {name: value for name, value in options.items() if not name.startswith("no_")}
    return {**given, **negated, **({"out": None} if dry_run else {})}
