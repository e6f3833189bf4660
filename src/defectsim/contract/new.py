"""A first rule, with a scenario that uses it and a test."""

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path

from defectsim.core.errors import RuleError, file_errors

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
        When the name is not that of a module, the folder does not exist, or a file does; nothing is
        written then.
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
    if not path.parent.is_dir():
        raise RuleError(f"there is no folder {path.parent}; make it first")
    templates = sorted((files("defectsim.contract") / "templates").iterdir(), key=str)
    texts = {
        path.parent / file.name.removesuffix(".txt").replace(_NAME, name): file.read_text(
            encoding="utf-8"
        ).replace(_NAME, name)
        for file in templates
    }
    there = [str(file) for file in texts if file.exists()]
    if there:
        raise RuleError(
            f"{', '.join(there)}: already there, and not overwritten; choose another name"
        )
    for file, text in texts.items():
        with file_errors(file):
            file.write_text(text, encoding="utf-8")
    return list(texts)
