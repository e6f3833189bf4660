"""The command line: parse, call the public functions, print; heavy imports wait for a command."""

import codecs
import io
import sys
import unicodedata
import warnings
from pathlib import Path
from typing import Any

from defectsim.core.errors import DefectsimError
from defectsim.core.formatting import plain

_LIKE = str.maketrans("–—−…×“”‘’·•", "---.x\"\"''..")


def main() -> None:
    """Run the command line; expected errors end with their exit code and no traceback."""
    codecs.register_error("defectsim", _alike)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="defectsim")
    from defectsim.cli.commands import app

    warnings.showwarning = _show_warning
    sys.path.append(str(Path.cwd()))  # for rules in modules of the working folder
    try:
        app()
    except DefectsimError as error:
        print(plain(str(error)), file=sys.stderr)
        sys.exit(error.exit_code)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a warning as a note, without the line that raised it."""
    print(plain(f"Note: {message}"), file=sys.stderr)


def _alike(error: UnicodeError) -> tuple[str, int]:
    """Return as many characters as a terminal lacks: those that look alike, or question marks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = (
        unicodedata.normalize("NFKD", char)[0]
        for char in error.object[error.start : error.end].translate(_LIKE)
    )
    return "".join(char if char.isascii() else "?" for char in letters), error.end
