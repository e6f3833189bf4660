"""Libraries of the extra `drivers`, which not everybody installs."""

from importlib import import_module
from typing import Any

from defectsim.core.errors import MissingExtraError


def extra(name: str) -> Any:
    """Import a module of the extra `drivers`.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise MissingExtraError(
            f"this needs {package}: pip install 'defectsim[drivers]'"
        ) from error
