"""Commands that read a study, or run a sweep and then read it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import defectsim as ds
from defectsim.cli.options import (
    FORKING,
    LOADING,
    STORAGE,
    choice,
    loaded,
    loaded_sweep,
    path_argument,
    refuse_run_options,
    run_options,
    with_options,
)
from defectsim.core.screen import Screen

readings = typer.Typer()

Better = Literal["more", "less"]
Taken = Literal["defected", "deserted", "retired", "dismissed", "arrested"]

Source = Annotated[
    Path,
    path_argument(metavar="DIR|FILE", help="The folder of a study, or a sweep file to run first."),
]
OutcomeOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Outcome of a run, such as defected or falls.",
        show_default="the sweep file's, or defected",
    ),
]
Above = Annotated[float | None, typer.Option(help="Ask whether the outcome is above this.")]
Below = Annotated[float | None, typer.Option(help="Ask whether the outcome is below this.")]
Chosen = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Scenario of a study of several.", show_default="the last"),
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Scenario that effects are against.", show_default="the first"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the finding as JSON.")]


@readings.command()
@with_options("replicates", "seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def sensitivity(
    source: Source,
    outcome: OutcomeOption = None,
    above: Above = None,
    below: Below = None,
    scenario: Chosen = None,
    against: Against = None,
    json: AsJson = False,
    **options: Any,
) -> None:
    """Rank what an outcome depends on: inputs, beside the evidence for each, and chance."""
    reading = partial(
        ds.sensitivity,
        outcome=outcome,
        above=above,
        below=below,
        scenario=scenario,
        against=against,
    )
    _read(reading, source, json, options)


@readings.command()
@with_options("seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def tipping(source: Source, json: AsJson = False, **options: Any) -> None:
    """Find where an outcome tips as one lever moves: a threshold for each seed."""
    _read(ds.tipping, source, json, options)


@readings.command()
@with_options("replicates", "seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def discover(
    source: Source,
    outcome: OutcomeOption = None,
    above: Above = None,
    below: Below = None,
    scenario: Chosen = None,
    json: AsJson = False,
    **options: Any,
) -> None:
    """Find where in the uncertain inputs an outcome holds: a box of ranges, and a tree."""
    reading = partial(ds.discover, outcome=outcome, above=above, below=below, scenario=scenario)
    _read(reading, source, json, options)


@readings.command()
@with_options("seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def calibrate(
    source: Source,
    emulate: Annotated[
        bool, typer.Option("--emulate", help="Use a Gaussian process instead of regression.")
    ] = False,
    json: AsJson = False,
    **options: Any,
) -> None:
    """Compute what observed targets say about uncertain inputs, and how far to trust it."""
    _read(partial(ds.calibrate, emulate=emulate), source, json, options)


@readings.command()
@with_options("replicates", "seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def robust(
    source: Source,
    better: Annotated[
        Better, choice(Better, "SIDE", help="Whether more of the outcome is better, or less.")
    ],
    outcome: OutcomeOption = None,
    threshold: Annotated[
        float | None, typer.Option(help="Value of the outcome that satisfies.")
    ] = None,
    json: AsJson = False,
    **options: Any,
) -> None:
    """Compare policies, the scenarios of a sweep, over uncertain worlds: regret and worst cases."""
    reading = partial(ds.robust, better=better, outcome=outcome, threshold=threshold)
    _read(reading, source, json, options)


@readings.command()
@with_options("replicates", "seed", "dry_run", *LOADING, *FORKING, *STORAGE)
def attribute(
    source: Annotated[
        Path,
        path_argument(metavar="DIR|FILE", help="A comparison of two, or a scenario file."),
    ],
    without: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Policy, act or person to take out, as policies.off_ramp or people.army-17.",
            show_default="nothing: read recorded causes",
        ),
    ] = None,
    status: Annotated[
        Taken,
        choice(Taken, "STATUS", help="Status that people took, such as defected or deserted."),
    ] = "defected",
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Scenario of a comparison whose recorded causes are read.",
            show_default="by deletion",
        ),
    ] = None,
    json: AsJson = False,
    **options: Any,
) -> None:
    """Tell who left because of what: by deletion of something, or by recorded causes."""

    def prepared(_: Reading, file: Path, options: dict[str, Any]) -> "Callable[..., ds.Study]":
        if scenario is not None:
            raise typer.BadParameter("--scenario is for a comparison that is stored: leave it out")
        if without is None:
            options["set_"] = [*(options["set_"] or []), "record.causes=true"]
            return partial(ds.run, *loaded(ds.load, [file], options))
        count, seed = options.pop("replicates"), options.pop("seed")
        overrides, code = options.pop("set_") or [], options.pop("allow_code")
        given = {"replicates": count, "seed": seed, "allow_code": code}
        return partial(ds.sweep, ds.load_deletion(file, without, overrides, **given))

    reading = partial(ds.attribute, status=status, scenario=scenario)
    _read(reading, source, json, options, prepared, without=without)


type Reading = Callable[[Any], Any]
type Prepared = Callable[[Reading, Path, dict[str, Any]], Callable[..., ds.Study]]


def _swept(reading: Reading, file: Path, options: dict[str, Any]) -> "Callable[..., ds.Study]":
    """Return what runs a sweep, of which a question must make sense before."""
    from defectsim.studies.runner import planned_study

    plan = loaded_sweep(file, options)
    with suppress(ds.StudyIncompleteError):
        reading(planned_study(plan))
    return partial(ds.sweep, plan)


def _read(
    reading: Reading,
    source: Path,
    as_json: bool,
    options: dict[str, Any],
    prepared: Prepared = _swept,
    **of_runs: str | None,
) -> None:
    """Read a study, which a file makes first; print, store and draw what is found.

    Whatever concerns runs is refused of a study that is only read: `options`, and those `of_runs`.
    """
    from defectsim.cli.running import read_and_show, run_to_end

    screen = Screen(stderr=True)
    if source.is_dir():
        refuse_run_options(source, {**options, **of_runs})
        study = ds.Study.open(source)
    else:
        dry_run = options.pop("dry_run")
        run = partial(prepared(reading, source, options), **run_options(options, dry_run=dry_run))
        study = run_to_end(run, screen, dry_run=dry_run)
    read_and_show(reading, study, screen, as_json=as_json)
    if study.manifest["failed"] and not source.is_dir():
        raise typer.Exit(1)
