"""The command line: no logic, and no heavy import before a command needs it."""

import sys
from pathlib import Path

from defectsim.core.errors import DefectsimError


def main() -> None:
    """Run the command line; errors that we raise on purpose end with their own exit code, without a traceback.

    Rules may stand in modules of the working folder.
    """
    from defectsim.cli.commands import app

    sys.path.append(str(Path.cwd()))  # for rules named module:function
    try:
        app()
    except DefectsimError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
