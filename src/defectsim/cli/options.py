"""Arguments and options that several commands share."""

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, get_type_hints

import typer

from defectsim.core.choices import EngineName, ExecutorName

argument = partial(typer.Argument, show_default=False)

ScenarioFile = Annotated[Path, argument(metavar="FILE", help="A scenario file.")]
StudyFolder = Annotated[Path, argument(metavar="DIR", help="The folder of a study.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override a value of the file, as in policies.off_ramp.value=0.6; repeatable.",
    ),
]
AllowCode = Annotated[
    bool,
    typer.Option("--allow-code", help="Run code that is named by files outside this folder."),
]
Replicates = Annotated[
    int | None,
    typer.Option(min=1, help="Runs of each scenario, with other draws.", show_default="the file's"),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Seed of all draws.", show_default="the file's, or a fresh one"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Estimate time and disk space, and stop.")]


class Execution:
    """Options of how runs are executed, by the keywords of `defectsim.RunOptions`."""

    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Number of threads or processes.", show_default="all cores"),
    ] = None
    executor: Annotated[
        ExecutorName | None,
        typer.Option(help="How runs share this machine.", show_default="processes from 10 s on"),
    ] = None
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run on a Dask scheduler: its address, the path of its file, or local.",
        ),
    ] = None


class Forking:
    """The option of simulating a common past once."""

    no_fork: Annotated[
        bool,
        typer.Option(
            "--no-fork",
            help="Simulate each scenario from its first day, even if several share a past.",
        ),
    ] = False


class Storage:
    """Options of a new study, by the keywords of `defectsim.RunOptions`."""

    engine: Annotated[
        EngineName | None,
        typer.Option(
            help="Compiled, or a readable loop over agents.",
            show_default="compiled, if the rules can be",
        ),
    ] = None
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of studies.")] = Path("results")
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of the study.", show_default="the file's"),
    ] = None
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a study of the same name.")
    ] = False


def with_options[Command: Callable[..., None]](*groups: type) -> Callable[[Command], Command]:
    """Add the options of groups to those of a command, which takes them as keywords."""

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        shared = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=getattr(group, name), annotation=hint
            )
            for group in groups
            for name, hint in get_type_hints(group, include_extras=True).items()
        ]
        vars(command)["__signature__"] = signature.replace(parameters=[*own, *shared])
        return command

    return decorate
