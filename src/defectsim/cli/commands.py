"""The application of the command line."""

import resource
from pathlib import Path
from typing import Annotated, get_args

import typer

from defectsim.cli.app import page
from defectsim.cli.options import choice, path_argument
from defectsim.cli.pictures import pictures
from defectsim.cli.readings import readings
from defectsim.cli.scenarios import scenarios
from defectsim.cli.stored import stored
from defectsim.cli.studies import studies
from defectsim.core.choices import ShippedCountry
from defectsim.core.errors import PlanError
from defectsim.core.formatting import plain

app = typer.Typer(
    help="Simulate desertion and defection in an armed force, from scenario files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

new = typer.Typer(help="Write files to start from.", no_args_is_help=True)
app.add_typer(studies)
app.add_typer(stored)
app.add_typer(pictures)
app.add_typer(readings)
app.add_typer(scenarios)
app.add_typer(page)
app.add_typer(new, name="new")


@new.command("rule")
def new_rule(
    path: Annotated[
        Path, path_argument(metavar="FILE", help="The file to write, such as my_rules.py.")
    ],
) -> None:
    """Write a rule that works, a scenario that uses it, and a test."""
    from defectsim.contract.new import new_rule

    rule, scenario, test = (plain(str(written)) for written in new_rule(path))
    print(
        f"{rule} is a rule by which soldiers decide, {scenario} an army that decides by it,\n"
        f"and {test} a test of the rule. Check the rule, and see what the army does:\n\n"
        f"  defectsim check-rule {rule}:decide\n"
        f"  defectsim run {scenario}\n\n"
        f"Then change {rule} as you like, and do both again."
    )


@new.command("scenario")
def new_scenario(
    path: Annotated[
        Path, path_argument(metavar="NAME", help="Name of the scenario, such as my-country.")
    ],
    like: Annotated[
        ShippedCountry | None,
        choice(
            ShippedCountry,
            "COUNTRY",
            "--country-like",
            help=f"Country whose scenario is copied: {', '.join(get_args(ShippedCountry))}.",
            show_default="a template with typical values",
        ),
    ] = None,
) -> None:
    """Write a commented scenario on the calibrated rules, to be changed number by number."""
    from defectsim.scenario.new import new_scenario

    file = plain(str(new_scenario(path, like)))
    print(
        f"{file} is an army, and what governments do. See what it has, and run it:\n\n"
        f"  defectsim check {file}\n"
        f"  defectsim run {file}\n\n"
        "Then change it number by number, and do both again."
    )


_READING = ("check", "explain", "evidence", "schema", "new", None)
"""Commands that need none of the large libraries."""
_ADDRESSES = 2 * 2**30
"""Bytes of addresses that the others map; most of them take no memory."""


def _expect_addresses() -> None:
    """Refuse to begin where a library would end this process for want of addresses."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _ADDRESSES:
        raise PlanError(
            f"this process may use {limit / 2**30:.2g} GiB of addresses (ulimit -v), and the "
            f"libraries that run a study map {_ADDRESSES / 2**30:.0f} GiB: raise the limit"
        )


@app.callback(invoke_without_command=True)
def _version(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"defectsim {installed('defectsim')}")
        raise typer.Exit
    if context.invoked_subcommand not in _READING:
        _expect_addresses()
