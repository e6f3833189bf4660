"""The command line: parse, call the public functions, print; heavy imports wait for a command."""

import sys
from pathlib import Path

from defectsim.core.errors import DefectsimError


def main() -> None:
    """Run the command line; expected errors end with their exit code and no traceback."""
    from defectsim.cli.commands import app

    sys.path.append(str(Path.cwd()))  # for rules in modules of the working folder
    try:
        app()
    except DefectsimError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
