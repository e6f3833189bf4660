"""What a study says on a terminal when it is done, and its pictures when they are asked for."""

from pathlib import Path

from rich.console import Console

from defectsim.plots import save
from defectsim.report.drawing import figure, named
from defectsim.report.study import Study
from defectsim.report.tables import tables


def show(study: Study, screen: Console) -> None:
    """Show the tables of a study on standard output, and on `screen` what failed and where it is."""
    if study.manifest["failed"] < study.runs.height:
        Console().print(tables(study))
    if study.failure:
        screen.print(study.failure, style="red", markup=False)
        screen.print(f"Each failed run's row in runs.parquet has its error; defectsim retry-failed {study.path}")
    screen.print(f"seed {study.manifest['seed']}; study in {study.path}", markup=False, highlight=False)


def plot(folder: Path, outcome: str | None) -> None:
    """Draw a study into its folder, and say where the picture is."""
    study = Study.open(folder)
    save(figure(study, outcome), folder / "figures", named(study, outcome))
    print(f"{folder / 'figures' / named(study, outcome)}.png and .svg")
