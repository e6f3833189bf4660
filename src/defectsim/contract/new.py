"""A first rule, with a scenario that uses it and a test."""

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path

from defectsim.core.errors import RuleError
from defectsim.core.files import write_new

_NAME = "my_rules"
"""Name of the rule's file in the templates, and in their names."""


def new_rule(path: Path) -> list[Path]:
    """Write a rule, a scenario beside it, and a test.

    Parameters
    ----------
    path
        File of the rule, such as ``my_rules.py``.

    Returns
    -------
    list of Path
        Files of the rule, the scenario and the test.

    Raises
    ------
    RuleError
        When the name is not that of a module.
    StorageError
        When the folder does not exist, or a file does; nothing is written then.
    """
    name = path.stem
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.py", path.name):
        raise RuleError(
            f"{path.name}: name the file like my_rules.py, a small letter followed by small "
            "letters, digits and _"
        )
    if name in sys.stdlib_module_names or name == "defectsim" or keyword.iskeyword(name):
        raise RuleError(
            f"{path.name}: Python, or defectsim, calls something else {name}; choose another name"
        )
    templates = sorted((files("defectsim.contract") / "templates").iterdir(), key=str)
    texts = {
        path.parent / file.name.removesuffix(".txt").replace(_NAME, name): file.read_text(
            encoding="utf-8"
        ).replace(_NAME, name)
        for file in templates
    }
    write_new(texts)
    return list(texts)
