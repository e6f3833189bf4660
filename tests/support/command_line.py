"""The command line as typed, without a new process for each command, which takes a second to import all it needs."""

import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from defectsim.cli import main


def defectsim(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """Type ``defectsim`` and arguments in a folder; return what it says and its exit code."""
    said, erred = StringIO(), StringIO()
    with _as_typed(folder, arguments), redirect_stdout(said), redirect_stderr(erred):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return CompletedProcess(arguments, code, said.getvalue(), erred.getvalue())


@contextmanager
def _as_typed(folder: Path, arguments: tuple[str, ...]) -> Iterator[None]:
    with (
        chdir(folder),
        patch.object(sys, "argv", ["defectsim", *arguments]),
        patch.object(sys, "path", [*sys.path]),
    ):
        yield


def as_command(*arguments: str) -> list[str]:
    """Return ``defectsim`` with arguments for a process of its own."""
    return [str(Path(sys.executable).with_name("defectsim")), *arguments]
