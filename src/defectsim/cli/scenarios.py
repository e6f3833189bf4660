"""The commands about one scenario or rule."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from defectsim.cli.options import AllowCode, File, Set

scenarios = typer.Typer()


class Kind(StrEnum):
    """Whose rule it is."""

    SOLDIER = "soldier"
    GENERAL = "general"
    FOLLOW = "follow"
    BELIEF = "belief"
    RECALL = "recall"
    JOIN = "join"
    COMMIT = "commit"
    STAND = "stand"


@scenarios.command()
def check(file: File, set_: Set = None, allow_code: AllowCode = False) -> None:
    """Say everything that is wrong with a scenario, or what it holds and which code it names, without running it."""
    from rich.console import Console

    from defectsim.scenario.load import load
    from defectsim.scenario.views.outline import outline

    Console().print(outline(load(file, set_ or [], allow_code=allow_code)))


@scenarios.command()
def evidence(
    file: File,
    set_: Set = None,
    allow_code: AllowCode = False,
    unsourced: Annotated[
        bool,
        typer.Option(
            "--unsourced", help="Show those alone of which nothing says where they are from."
        ),
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(help="A CSV file for the whole list, with file and line.")
    ] = None,
) -> None:
    """List every number of a scenario with its range, its source, and whether it is reported, estimated or assumed."""
    from rich.console import Console

    from defectsim.scenario.load import ScenarioDocument
    from defectsim.scenario.views.evidence import collect_evidence, evidence_tables, write_csv

    document = ScenarioDocument.read(file, set_ or [], allow_code=allow_code)
    entries = collect_evidence(document.tree, document.scenario)
    if csv is not None:
        write_csv(entries, csv)
    Console().print(evidence_tables(entries, only_unsourced=unsourced))


@scenarios.command()
def explain(
    file: File,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Also say what every lever is worth on a date.",
        ),
    ] = None,
    set_: Set = None,
    allow_code: AllowCode = False,
) -> None:
    """Say what governments do in a scenario, in order of date, and what that makes of the levers on one of them."""
    from rich.console import Console

    from defectsim.scenario.load import load
    from defectsim.scenario.views.explanation import explanation

    Console().print(
        explanation(
            load(file, set_ or [], allow_code=allow_code), None if at is None else at.date()
        )
    )


@scenarios.command()
def checkpoint(
    file: File,
    at: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Up to when it is lived.")
    ],
    to: Annotated[
        Path, typer.Option(metavar="FILE", help="The file to write, such as january.npz.")
    ],
    seed: Annotated[int, typer.Option(min=0, help="The seed of the life.")] = 0,
    replicate: Annotated[int, typer.Option(min=0, help="Which life of that seed.")] = 0,
    set_: Set = None,
    allow_code: AllowCode = False,
) -> None:
    """Live one life up to a date, and save what it has become there, to go on from in Python."""
    from defectsim.cli import running as saving
    from defectsim.scenario.load import load

    saving.checkpoint(load(file, set_ or [], allow_code=allow_code), at.date(), to, seed, replicate)


@scenarios.command()
def check_rule(
    name: Annotated[
        str,
        typer.Argument(
            help="A rule, as scenarios name it: my_rules.py:decide.", show_default=False
        ),
    ],
    scenario: Annotated[
        Path | None,
        typer.Option(
            help="What declares the rule's attributes and levers; by default my_rules.yaml beside my_rules.py."
        ),
    ] = None,
    as_: Annotated[
        Kind | None,
        typer.Option("--as", help="Whose rule it is; by default whose it is in the scenario."),
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Say whether a rule keeps the contract of rules, with the smallest example of what is wrong."""
    from defectsim.cli import running as checking

    if not checking.check(name, scenario, None if as_ is None else as_.value, allow_code):
        raise typer.Exit(2)


@scenarios.command()
def schema(
    sweep: Annotated[bool, typer.Option("--sweep", help="That of sweep files instead.")] = False,
) -> None:
    """Print the JSON Schema of scenarios or of sweeps, for editors."""
    from defectsim.scenario.schema import Scenario
    from defectsim.studies.kinds.sweep.sweep_file import SweepFile

    said = SweepFile if sweep else Scenario
    print(
        json.dumps(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **said.model_json_schema()},
            indent=2,
        )
    )
