"""Reports of stored studies, as one page and as Markdown."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from defectsim import plots
from defectsim.analysis.outcomes import words
from defectsim.api.study import Study
from defectsim.core.errors import (
    AnalysisError,
    Fault,
    NothingToDrawError,
    ScenarioError,
    file_errors,
)
from defectsim.core.files import user_path, write_text
from defectsim.core.study_folder import SCENARIO_FILE, outside_of_studies
from defectsim.report.page import (
    ReportFigure,
    ReportSection,
    html_page,
    markdown_page,
)
from defectsim.scenario.numbers import ScenarioNumber, numbers
from defectsim.scenario.reading.extends import read_layers
from defectsim.store.schema import DONE
from defectsim.studies.pictures.registry import report_pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_report(
    studies: Study | str | Path | Sequence[Study | str | Path], folder: str | Path
) -> tuple[Path, Path]:
    """Write a report of studies: ``report.html``, which holds all that it shows, and ``report.md``.

    Parameters
    ----------
    studies
        A study or its folder, or several in the order of the report.
    folder
        Folder of the two files, made if need be.

    Returns
    -------
    tuple of Path
        The page and the Markdown file.

    Raises
    ------
    AnalysisError
        When there is no study, or no run of one ended well.
    StorageError
        When a file cannot be written, or the folder is one of a study.
    """
    listed = [studies] if isinstance(studies, Study | str | Path) else studies
    opened = [one if isinstance(one, Study) else Study.open(one) for one in listed]
    if not opened:
        raise AnalysisError("there is nothing to report: give the folder of a study, or several")
    sections = [report_section(study) for study in opened]
    place = outside_of_studies(user_path(folder))
    with file_errors(place):
        place.mkdir(parents=True, exist_ok=True)
    page, text = place / "report.html", place / "report.md"
    for file, written in ((page, html_page(sections)), (text, markdown_page(sections))):
        with file_errors(file):
            write_text(file, written)
    return page, text


def report_section(study: Study) -> ReportSection:
    """Return what a report tells of a study."""
    study.expect_finished()
    if DONE not in study.runs["status"]:
        raise AnalysisError(f"{study.label}: no run ended well, so there is nothing to report")
    return ReportSection(
        title=study.label,
        question=study.question,
        answer=study.answer,
        grounds=study.grounds,
        findings=study.findings,
        figures=[*_figures(study)],
        pictures=[*_pictures(study)],
        tables=study.report_tables(),
        evidence=_evidence(study),
        reproduction=_reproduction(study),
    )


def _figures(study: Study) -> Iterator[ReportFigure]:
    """Yield the figure of a study, or one an outcome."""
    for outcome in study.drawn_outcomes():
        with suppress(NothingToDrawError):
            name = words(outcome) if outcome else "all outcomes"
            yield _drawn(study.figure(outcome), name, f"Figure of {name}: {study.answer}")


def _pictures(study: Study) -> Iterator[ReportFigure]:
    """Yield the pictures that its kind shows beside, with the questions that they answer."""
    for kind, figure in report_pictures(study):
        yield _drawn(figure, kind.name, kind.question)


def _drawn(figure: "Figure", name: str, alternative: str) -> ReportFigure:
    svg = plots.as_svg(figure, name)
    return ReportFigure(name, svg, alternative, plots.axes_as_data(figure))


def _evidence(study: Study) -> list[ScenarioNumber]:
    """Return the written numbers of the scenario in a study's folder."""
    if study.path is None:
        return []
    faults: list[Fault] = []
    tree = read_layers(study.path / SCENARIO_FILE, faults)
    if tree is None or faults:
        raise ScenarioError(faults)
    return [*numbers(tree)]


def _reproduction(study: Study) -> dict[str, str]:
    manifest = study.manifest
    made = manifest.get("circumstances", {})
    versions = manifest.get("versions", {})
    told = {
        "command": _typed(str(made.get("command", ""))),
        "seed": str(manifest.get("seed", "")),
        "scenario, by its hash": str(manifest.get("scenario_hash", "")),
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
        "to repeat some runs": f"defectsim verify {study.path}" if study.path else "",
    }
    return {name: value for name, value in told.items() if value}


def _typed(command: str) -> str:
    """Return a command as it is typed, without the folder of the program."""
    program, blank, arguments = command.partition(" ")
    return f"{Path(program).name}{blank}{arguments}"
