"""The command line's application."""

from pathlib import Path
from typing import Annotated

import typer

from defectsim.cli.scenarios import scenarios
from defectsim.cli.studies import studies

app = typer.Typer(
    help="Simulate desertion and defection in an armed force, from scenario files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

new = typer.Typer(help="Write something to begin from.", no_args_is_help=True)
app.add_typer(studies)
app.add_typer(scenarios)
app.add_typer(new, name="new")


@new.command("rule")
def new_rule(
    path: Annotated[
        Path, typer.Argument(help="The file to write: my_rules.py.", show_default=False)
    ],
) -> None:
    """Write a rule that works, a scenario that uses it and a test."""
    from defectsim.cli import running as beginning

    beginning.rule(path)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"defectsim {installed('defectsim')}")
        raise typer.Exit
