"""The command that shows the page in the browser."""

from pathlib import Path
from typing import Annotated

import typer

from defectsim.cli.options import AllowCode, argument, path_option
from defectsim.core.errors import MissingExtraError
from defectsim.core.files import user_path
from defectsim.core.screen import Screen

page = typer.Typer()
_PORT = 8765


@page.command()
def app(
    what: Annotated[
        str | None,
        argument(
            metavar="[SCENARIO|DIR]",
            help="A scenario file, the name of one that ships (defectsim:yemen-2011), the folder of "
            "a study, or a folder of studies.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, max=65535, help="Port of this machine; 0 is any free one."
        ),
    ] = _PORT,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open no browser.")
    ] = False,
    out: Annotated[Path, path_option(metavar="DIR", help="Folder of studies.")] = Path("results"),
    allow_code: AllowCode = False,
) -> None:
    """Watch an army in the browser: move levers, compare two worlds, run small studies."""
    try:
        from defectsim.app import server
        from defectsim.app.catalogue import Catalogue
        from defectsim.app.studies import studies_of
        from defectsim.app.visitor import Shared
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("defectsim"):
            raise
        raise MissingExtraError(f"this needs {error.name}: pip install 'defectsim[app]'") from error

    folder = user_path(what) if what and user_path(what).is_dir() else None
    catalogue = Catalogue.of(None if folder else what, allow_code=allow_code)
    studies, study = studies_of(folder, out)
    listener = server.listen(port)
    with Screen(stderr=True).status("building the army, and compiling what is new"):
        warm = server.warm(catalogue.document(catalogue.first).scenario)
    print(f"defectsim is at {server.address(listener)} until Ctrl-C", flush=True)
    shared = Shared(catalogue, studies, study, warm)
    server.serve(shared, listener, browser=not no_browser)
