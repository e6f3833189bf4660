"""What a study says on a terminal when it is done, and its pictures when they are asked for."""

from pathlib import Path

from rich.console import Console, RenderableType

from defectsim.analysis import Method
from defectsim.plots import save
from defectsim.report.compare import otherwise, paired
from defectsim.report.comparison import comparison_table
from defectsim.report.drawing import figures
from defectsim.report.study import Study
from defectsim.report.sweep_table import sweep_table
from defectsim.report.table import study_table
from defectsim.studies.scenarios import COMPARISON, SINGLE


def show(study: Study, screen: Console, method: Method) -> None:
    """Show the tables of a study on standard output, and on `screen` what failed and where it is."""
    if study.manifest["failed"] < study.runs.height:
        Console().print(*_tables(study, method), sep="\n")
    if study.failure:
        screen.print(study.failure, style="red", markup=False)
        screen.print(f"Each failed run's row in runs.parquet has its error; defectsim retry-failed {study.path}")
    screen.print(f"seed {study.manifest['seed']}; study in {study.path}", markup=False, highlight=False)


def _tables(study: Study, method: Method) -> list[RenderableType]:
    kind, question = study.manifest["design"]["kind"], study.manifest["question"]
    if kind == SINGLE:
        return [f"[italic]{question}", study_table(study)]
    if kind == COMPARISON:
        return [comparison_table(paired(study, method=method), otherwise(study), question)]
    return [sweep_table(study.runs, question)]


def plot(folder: Path, outcome: str | None) -> None:
    """Draw a study into its folder, and say where the pictures are."""
    study = Study.open(folder)
    for name, figure in figures(study, outcome).items():
        save(figure, folder / "figures", name)
        print(f"{folder / 'figures' / name}.png and .svg")
