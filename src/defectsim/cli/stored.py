"""Commands that show and export a stored study."""

from pathlib import Path
from typing import Annotated

import typer

import defectsim as ds
from defectsim.cli.options import StudyFolder, choice, path_argument, path_option
from defectsim.core.choices import ExportFormat
from defectsim.core.formatting import plain

stored = typer.Typer()


@stored.command()
def show(
    folder: StudyFolder,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print question, answer and numbers as JSON.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the numbers as CSV.")] = False,
) -> None:
    """Show a stored study: its question and answer, what they rest on, and its tables."""
    from defectsim.cli.running import show_stored

    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")
    study = ds.Study.open(folder)
    show_stored(study, "json" if as_json else "csv" if as_csv else "text")


@stored.command()
def report(
    folders: Annotated[
        list[Path], path_argument(metavar="DIR", help="Folders of studies, in their order.")
    ],
    to: Annotated[
        Path | None,
        path_option(
            "--to",
            metavar="FOLDER",
            help="Folder of report.html and report.md.",
            show_default="the first study's, with -report",
        ),
    ] = None,
) -> None:
    """Write a report that can be mailed: one page with question, answer, pictures and evidence."""
    written = ds.write_report(folders, to or _beside(folders[0], "report"))
    print(plain("\n".join(map(str, written))))


def _beside(folder: Path, what: str) -> Path:
    place = folder.resolve() if folder.name in ("", "..") else folder
    return place.with_name(f"{place.name}-{what}")


@stored.command()
def export(
    folder: StudyFolder,
    form: Annotated[
        ExportFormat,
        choice(
            ExportFormat,
            "FORMAT",
            "--as",
            help="csv or parquet, a file a table; or xlsx, a workbook.",
        ),
    ] = "csv",
    to: Annotated[
        Path | None,
        path_option(
            "--to",
            metavar="FOLDER",
            help="Folder of the files.",
            show_default="the study's, with -export",
        ),
    ] = None,
) -> None:
    """Export the tables of a stored study for other programs."""
    from defectsim.store.export import export_tables

    study = ds.Study.open(folder)
    study.expect_finished()
    place = to or _beside(folder, "export")
    written = export_tables({"numbers": study.numbers, **study.tables}, form, place)
    print(plain("\n".join(str(file) for file in written)))
