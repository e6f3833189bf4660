"""The command that draws pictures of a stored study."""

from pathlib import Path
from typing import Annotated, Any

import typer

import defectsim as ds
from defectsim.cli.options import StudyFolder, argument, choice, path_option
from defectsim.core.choices import PictureFormat
from defectsim.core.formatting import plain
from defectsim.core.screen import Screen
from defectsim.core.study_folder import FIGURES

pictures = typer.Typer()


@pictures.command()
def plot(
    folder: StudyFolder,
    kind: Annotated[
        str | None,
        argument(metavar="KIND", help="Picture to draw, of --list; default: the study's figure."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the pictures of this study and their questions.")
    ] = False,
    by: Annotated[
        str | None, typer.Option(metavar="GROUP", help="Groups: rank, branch, or a level of units.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="Scenario of a comparison.")
    ] = None,
    replicate: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Run to show.", show_default="the middle one"),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="Status that people take.", show_default="defected"),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Outcome to draw, of a sweep or comparison."),
    ] = None,
    form: Annotated[
        PictureFormat | None,
        choice(
            PictureFormat,
            "FORMAT",
            "--as",
            help="png (200 dots an inch), svg or pdf.",
            show_default="png and svg",
        ),
    ] = None,
    to: Annotated[
        Path | None,
        path_option(
            "--to", metavar="FOLDER", help="Folder of the files.", show_default="figures in DIR"
        ),
    ] = None,
) -> None:
    """Draw a picture of a study, each of which answers one question; --list names them."""
    study = ds.Study.open(folder)
    if listed:
        _list(study)
        return
    given = {"by": by, "scenario": scenario, "replicate": replicate, "status": status}
    options: dict[str, Any] = {**given, "outcome": outcome}
    picture = study.plot(kind, **{name: one for name, one in options.items() if one is not None})
    files = picture.save(to or folder / FIGURES, ("png", "svg") if form is None else (form,))
    print(plain(f"{files[0]}{' and .svg' if form is None else ''}"))
    Screen(stderr=True).show(picture.size)


def _list(study: "ds.Study") -> None:
    from defectsim.report.pictures import pictures_table

    screen = Screen()
    screen.show(pictures_table(study.pictures))
    screen.show("\nWithout a picture's name, the figure of the study is drawn.")
