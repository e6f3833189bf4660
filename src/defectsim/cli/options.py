"""Arguments and options that several commands have."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from defectsim.core import defaults as usual

File = Annotated[Path, typer.Argument(help="A scenario file.", show_default=False)]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Lay a value over the file's, as in policies.off_ramp.value=0.6.",
    ),
]
AllowCode = Annotated[
    bool,
    typer.Option(
        "--allow-code",
        help="Let a scenario outside of the working folder run the code that it names.",
    ),
]


class Engine(StrEnum):
    """How a life is lived."""

    COMPILED = "compiled"
    REFERENCE = "reference"


class Executor(StrEnum):
    """Where runs are lived on this machine."""

    THREADS = "threads"
    PROCESSES = "processes"


Replicates = Annotated[
    int | None,
    typer.Option(min=1, help="How many lives of each scenario [default: what the file says]."),
]
Seed = Annotated[
    int | None, typer.Option(min=0, help="The seed [default: the file's, or a fresh one, kept].")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many threads or processes [default: all cores].")
]
Local = Annotated[
    Executor | None,
    typer.Option(
        "--executor",
        help="Where lives are lived [default: in processes too, if it takes over 10 s].",
    ),
]
Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A Dask scheduler, the path of its file, or local, instead of this process.",
    ),
]
LivedBy = Annotated[
    Engine | None,
    typer.Option(
        "--engine",
        help="Compiled rules, or a readable loop over agents [default: compiled, if the rules can be compiled].",
    ),
]
NoFork = Annotated[
    bool,
    typer.Option(
        "--no-fork", help="Live each scenario from its first day, even where several have one past."
    ),
]
Out = Annotated[Path, typer.Option(help="Where studies are kept.")]
Name = Annotated[str | None, typer.Option(help="The study's name [default: the file's].")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a study of that name.")]
Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder of a study.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and stop.")]
Precision = Annotated[
    str | None,
    typer.Option(
        metavar="0.5pp",
        help="Add replicates until the 95 % interval reaches no further: 0.5pp, or 2.",
    ),
]
PreciseOutcome = Annotated[
    str | None,
    typer.Option(help=f"The outcome that is to be so precise [default: {usual.OUTCOME}]."),
]
AtMost = Annotated[
    int | None,
    typer.Option(
        min=1, help=f"How many replicates are enough, precise or not [default: {usual.AT_MOST:,}]."
    ),
]
