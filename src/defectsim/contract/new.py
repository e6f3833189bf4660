"""A first rule, with a scenario that uses it and a test."""

import keyword
import re
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from defectsim.core.errors import RuleError
from defectsim.core.files import write_new
from defectsim.scenario.reading.composer import in_yaml

_NAME = "my_rules"
"""Name of the rule's file in the templates, and in their names."""
_PYTEST = {"pytest", "conftest"}
"""Names that pytest gives to something else, installed or not."""


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
        When the name is not that of a module, or that of another one.
    StorageError
        When a file cannot be written, or is there already; nothing is written then.
    """
    name = path.stem
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.py", path.name):
        raise RuleError(
            f"{path.name}: name the file like my_rules.py, a small letter followed by small "
            "letters, digits and _"
        )
    if _taken(name):
        raise RuleError(
            f"{path.name}: Python, a package that is installed, or pytest calls something else "
            f"{name}; choose another name"
        )
    texts = {}
    for file in sorted((files("defectsim.contract") / "templates").iterdir(), key=str):
        text = file.read_text(encoding="utf-8")
        text = text.replace(f"name: {_NAME}", f"name: {in_yaml(name)}").replace(_NAME, name)
        texts[path.parent / file.name.removesuffix(".txt").replace(_NAME, name)] = text
    write_new(texts)
    return list(texts)


def _taken(name: str) -> bool:
    """Return whether a test that imports the name would get something else, or nothing."""
    if name in sys.stdlib_module_names | _PYTEST or keyword.iskeyword(name):
        return True
    try:
        found = find_spec(name)
    except ValueError:  # a module that no import made, such as __main__
        return True
    file = found.origin if found else None  # a folder of that name, which is no package, has none
    return file is not None and Path(file).absolute().parent != Path.cwd()
