"""Commands about one scenario or rule."""

import json
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, get_args

import typer

import defectsim as ds
from defectsim.cli.options import (
    AllowCode,
    Overrides,
    ScenarioFile,
    argument,
    choice,
    date_option,
    path_argument,
    path_option,
)
from defectsim.core.choices import EngineName, RuleKind
from defectsim.core.errors import expect_target
from defectsim.core.formatting import plain
from defectsim.core.screen import Screen

scenarios = typer.Typer()


@scenarios.command()
def check(
    file: ScenarioFile,
    set_: Overrides = None,
    allow_code: AllowCode = False,
    engine: Annotated[
        EngineName,
        choice(
            EngineName,
            "ENGINE",
            help="Engine that must be able to run it: compiled, cohorts, rows, or reference, which "
            "compiles no rules.",
        ),
    ] = "compiled",
) -> None:
    """Check a scenario without running it: everything that is wrong with it, or what it has."""
    from defectsim.core.code.loading import shipped
    from defectsim.scenario.views.outline import outline

    scenario = ds.load(file, set_ or [], allow_code=allow_code)
    own = any(not shipped(one.code.name) for one in scenario.behaviour.sections.values())
    if own and engine != "reference":
        from defectsim.contract.compilation import expect_compilable  # imports Numba

        expect_compilable(scenario)
    Screen().show(outline(scenario))


@scenarios.command()
def evidence(
    file: ScenarioFile,
    set_: Overrides = None,
    allow_code: AllowCode = False,
    unsourced: Annotated[
        bool, typer.Option("--unsourced", help="Show only numbers without a source.")
    ] = False,
    csv: Annotated[
        Path | None,
        path_option(metavar="FILE", help="CSV file for the whole list, with file and line."),
    ] = None,
) -> None:
    """List the numbers of a scenario, with range, source and grade.

    A number is reported, estimated, assumed, or unsourced.
    """
    from defectsim.scenario.load import ScenarioDocument
    from defectsim.scenario.views.evidence import collect_evidence, evidence_tables, write_csv

    document = ScenarioDocument.read(file, set_ or [], allow_code=allow_code)
    entries = collect_evidence(document.tree, document.scenario)
    if csv is not None:
        write_csv(entries, csv)
    Screen().show(evidence_tables(entries, only_unsourced=unsourced))


@scenarios.command()
def explain(
    file: ScenarioFile,
    at: Annotated[
        date | None,
        date_option(help="Show the value of each lever on a date, as in 2019-01-31."),
    ] = None,
    set_: Overrides = None,
    allow_code: AllowCode = False,
) -> None:
    """Show what governments do in a scenario, in order of date."""
    from defectsim.scenario.views.explanation import explanation

    scenario = ds.load(file, set_ or [], allow_code=allow_code)
    Screen().show(explanation(scenario, at))


@scenarios.command()
def checkpoint(
    file: ScenarioFile,
    at: Annotated[date, date_option(help="Date up to which to run, as in 2019-01-31.")],
    to: Annotated[Path, path_option(metavar="FILE", help="File to write, such as january.npz.")],
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the run.")] = 0,
    replicate: Annotated[int, typer.Option(metavar="N", min=0, help="Replicate of that seed.")] = 0,
    set_: Overrides = None,
    allow_code: AllowCode = False,
) -> None:
    """Run one replicate up to a date, and save its state, to continue from in Python."""
    expect_target(to)
    scenario = ds.load(file, set_ or [], allow_code=allow_code)
    clock = scenario.clock
    if not clock.start <= at <= clock.end:
        raise ds.CheckpointError(
            f"--at {at}: the clock runs from {clock.start} to {clock.end}; give a date between"
        )
    with Screen(stderr=True).status("running"), _ended_by_code(scenario, file):
        model = ds.DefectionModel(scenario, seed, replicate=replicate, engine="compiled")
        model.run(min(clock.step_on(at), clock.steps))
    saved = ds.save_checkpoint(model, to)
    print(
        plain(f"{saved} holds seed {seed}, replicate {replicate}, on {model.date}.")
        + " Continue from it in Python:\n\n"
        f"  defectsim.load_checkpoint({str(saved)!r}, defectsim.load(...)).run()"
    )


@contextmanager
def _ended_by_code(scenario: "ds.Scenario", file: Path) -> Iterator[None]:
    """Explain what code of a scenario's own does to end a run."""
    from defectsim.core.code.loading import shipped

    try:
        yield
    except (Exception, SystemExit) as error:
        own_code = any(not shipped(code.name) for code in scenario.code.values())
        if isinstance(error, ds.DefectsimError) or not own_code:
            raise
        last = "".join(traceback.format_exception_only(error)).strip()
        raise ds.RuleError(f"{file}: code of this scenario ended the run: {last}") from error


@scenarios.command()
def check_rule(
    name: Annotated[str, argument(metavar="RULE", help="A rule, such as my_rules.py:decide.")],
    scenario: Annotated[
        Path | None,
        path_option(
            metavar="FILE",
            help="Scenario with the rule's attributes and levers.",
            show_default="my_rules.yaml beside my_rules.py",
        ),
    ] = None,
    as_: Annotated[
        RuleKind | None,
        choice(
            RuleKind,
            "KIND",
            "--as",
            help=f"Kind of rule: {', '.join(get_args(RuleKind))}.",
            show_default="as in the scenario",
        ),
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Check whether a rule keeps the contract of rules, with the smallest example of a fault."""
    from defectsim.contract.checks import begin_checks
    from defectsim.contract.report import Report
    from defectsim.engine.compiled.cache import cache_folder

    cache = cache_folder() / "hypothesis"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache))  # and not in this folder
    screen, waiting = Screen(), "checking; what is new is compiled, which takes some seconds"
    with screen.status(waiting):
        title, findings = begin_checks(name, scenario, as_, allow_code)
        screen.show(Report(title, ()).heading)
        shown = []
        for finding in findings:
            screen.show(finding)
            shown.append(finding)
    report = Report(title, tuple(shown))
    screen.show(report.ending)
    if not report.passed:
        raise typer.Exit(2)


@scenarios.command()
def schema(
    file: Annotated[
        Path | None,
        path_argument(
            metavar="FILE", help="A scenario whose branches and own levers are completed too."
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Print the schema of sweep files instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of scenario files, by which editors complete and check them."""
    from defectsim.scenario.views.editor import scenario_schema, sweep_schema
    from defectsim.studies.kinds.sweep.sweep_file import SweepFile

    found = sweep_schema(SweepFile.model_json_schema()) if sweep else scenario_schema(file)
    print(json.dumps(found, indent=2, ensure_ascii=False))
