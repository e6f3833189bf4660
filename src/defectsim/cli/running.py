"""Running a study from the command line: progress while it runs, tables when it is done."""

import datetime as dt
import os
import warnings
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.status import Status

from defectsim.api.checkpoint import save_checkpoint
from defectsim.api.study import Study
from defectsim.cli.progress import Terminal
from defectsim.contract.checks import check_rule
from defectsim.contract.fields import RuleKind
from defectsim.contract.new import new_rule
from defectsim.core.errors import CheckpointError, FailedRunsWarning, ImpreciseWarning, PlanError
from defectsim.core.randomness import fresh_seed
from defectsim.engine.compiled.compile import cache_folder
from defectsim.engine.model import DefectionModel
from defectsim.scenario.schema import Scenario
from defectsim.studies.progress import ProgressCallback
from defectsim.studies.verify import changed_files, lived_again


def rule(path: Path) -> None:
    """Write a rule, a scenario and a test, and say what to do with them."""
    written, scenario, test = new_rule(path)
    print(
        f"{written} is a rule by which soldiers decide, {scenario} an army that decides by it,\n"
        f"and {test} a test of the rule. See whether it keeps the contract of rules,\n"
        "and what the army does:\n\n"
        f"  defectsim check-rule {written}:decide\n"
        f"  defectsim run {scenario}\n\n"
        f"Then change {written} as you like, and ask both again."
    )


def check(name: str, scenario: Path | None, kind: RuleKind | None, allow_code: bool) -> bool:
    """Check a rule, show what was found, and say whether the rule keeps its contract."""
    os.environ.setdefault(
        "HYPOTHESIS_STORAGE_DIRECTORY", str(cache_folder() / "hypothesis")
    )  # and not in this folder
    with Console(stderr=True).status(
        "checking; the first time, the rule is compiled, which takes some seconds"
    ):
        report = check_rule(name, scenario, kind=kind, allow_code=allow_code)
    Console().print(report)
    return report.passed


def checkpoint(scenario: Scenario, date: dt.date, path: Path, seed: int, replicate: int) -> None:
    """Live one life up to a date, save it, and say how to go on."""
    clock = scenario.clock
    if not clock.start <= date <= clock.end:
        raise CheckpointError(
            f"--at {date}: the clock runs from {clock.start} to {clock.end}; give a date between"
        )
    model = DefectionModel(scenario, seed, replicate=replicate, engine="compiled")
    with Console(stderr=True).status("living"):
        model.run(min(clock.step_on(date), clock.steps))
    saved = save_checkpoint(model, path)
    print(
        f"{saved} is the life of seed {seed}, replicate {replicate}, on {model.date}. Go on from it in Python:\n"
    )
    print(f'  defectsim.load_checkpoint("{saved}", defectsim.load(...)).run()')


def show(study: Study, screen: Console) -> None:
    """Show the tables of a study on standard output, and on `screen` what failed and where it is."""
    if study.manifest["failed"] < study.runs.height:
        Console().print(study.table())
    if study.failure:
        screen.print(study.failure, style="red", markup=False)
        screen.print(
            f"Each failed run's row in runs.parquet has its error; defectsim retry-failed {study.path}"
        )
    screen.print(
        f"seed {study.manifest['seed']}; study in {study.path}", markup=False, highlight=False
    )


def plot(folder: Path, outcome: str | None) -> None:
    """Draw a study into its folder, and say where the picture is."""
    study = Study.open(folder)
    print(f"{study.draw(folder / 'figures', outcome)}.png and .svg")


INTERRUPTED = 130
"""The exit code of what Ctrl-C ended."""


def study(run: Callable[[ProgressCallback], Study], *, dry: bool = False) -> None:
    """Run a study, show its tables, say where it is, and end with the exit code that it deserves."""
    screen = Console(stderr=True)
    warnings.showwarning = lambda said, *_: screen.print(
        f"Note: {said}", style="yellow", markup=False
    )
    warnings.simplefilter("ignore", FailedRunsWarning)
    warnings.simplefilter("always", ImpreciseWarning)
    try:
        with Terminal(screen, dry=dry) as progress:
            found = run(progress)
    except KeyboardInterrupt as left:
        screen.print("Left.", *getattr(left, "__notes__", ()), highlight=False)
        os._exit(INTERRUPTED)  # Python would wait for the threads that live runs
    if not found.complete:
        screen.print(
            f"Stopped. What is done is kept; go on by: defectsim resume {found.path}",
            highlight=False,
        )
        raise typer.Exit(INTERRUPTED)
    show(found, screen)
    if found.manifest["failed"]:
        raise typer.Exit(1)


def status(text: str) -> Status:
    """Return what shows on a terminal that something is being done."""
    return Console(stderr=True).status(text)


def how(
    workers: int | None,
    executor: StrEnum | None,
    dask: str | None,
    engine: StrEnum | None,
    out: Path | None,
    name: str | None,
    overwrite: bool,
) -> dict[str, Any]:
    """Return the options that all studies have, by the names that Python knows them by."""
    by = {"workers": workers, "executor": value(executor), "dask": dask, "engine": value(engine)}
    return {**by, "out": out, "name": name, "overwrite": overwrite}


def value(option: StrEnum | None) -> Any:
    """Return the word of an option, for those who know words."""
    return None if option is None else option.value


def named(files: Sequence[Path], scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """Return scenarios by their names, or by their files where names are not enough."""
    names = [scenario.name for scenario in scenarios]
    if len({*names}) < len(names):
        names = [file.stem for file in files]
    if len({*names}) < len(names):
        raise PlanError(
            "two of these scenarios have the same name, and their files too: rename one"
        )
    return dict(zip(names, scenarios, strict=True))


def verified(folder: Path, sample: int, seed: int | None, allow_code: bool) -> bool:
    """Live some runs again, say what came of it, and return whether all is as it is stored."""
    drawn = fresh_seed() if seed is None else seed
    screen, console = Console(stderr=True), Console()
    changed = changed_files(folder)
    with screen.status("living runs again"):
        checked = list(lived_again(folder, sample, drawn, allow_code=allow_code))
    wrong = [one for one in checked if not one.same]
    for one in wrong:
        console.print(
            f"point {one.point}, replicate {one.replicate}: something else comes of it than is stored"
        )
    for name in changed:
        console.print(f"{name}: not the file that it was when the study was complete", markup=False)
    console.print(
        f"{len(checked) - len(wrong)} of {len(checked)} runs lived again leave what is stored (seed {drawn})"
    )
    return not wrong and not changed
