"""`defectsim run`: progress while it runs, a table when it is done."""

import warnings
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from defectsim.core.errors import FailedRunsWarning
from defectsim.engine.start import EngineName
from defectsim.execution.local import Outcome
from defectsim.report.run import run as run_study
from defectsim.report.study import Study
from defectsim.report.table import study_table
from defectsim.scenario.schema import Scenario


def run(
    scenario: Scenario,
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    engine: EngineName | None,
    out: Path,
    name: str | None,
    overwrite: bool,
) -> Study:
    """Run a scenario into a study, show the table, and say where the study is."""
    screen = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("drawing the army", total=replicates or int(scenario.replicates))

        def progress(_: Outcome) -> None:
            bar.update(task, advance=1, description="living")

        warnings.showwarning = lambda said, *_: screen.print(f"Note: {said}", style="yellow", markup=False)
        warnings.simplefilter("ignore", FailedRunsWarning)
        study = run_study(
            scenario,
            replicates=replicates,
            seed=seed,
            workers=workers,
            engine=engine,
            out=out,
            name=name,
            overwrite=overwrite,
            progress=progress,
        )
    _show(study, scenario.question, screen)
    return study


def _show(study: Study, question: str, screen: Console) -> None:
    if study.manifest["failed"] < study.runs.height:
        console = Console()
        console.print(question, style="italic")
        console.print(study_table(study))
    if study.failure:
        screen.print(study.failure, style="red", markup=False)
        screen.print("Each failed run's row in runs.parquet has its error.")
    screen.print(f"seed {study.manifest['seed']}; study in {study.path}", markup=False, highlight=False)
