"""A first rule to begin from, with a scenario that uses it and a test."""

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path

from defectsim.core.errors import RuleError

NAME = "my_rules"
"""What the templates call the rule's file."""
_TEMPLATES = {
    "{name}.py": "rule.py.txt",
    "{name}.yaml": "scenario.yaml.txt",
    "test_{name}.py": "test_rule.py.txt",
}


def new_rule(path: Path) -> list[Path]:
    """Write a rule, a scenario beside it, and a test.

    Parameters
    ----------
    path
        Of the rule's file, such as ``my_rules.py``.

    Returns
    -------
    list of Path
        The rule, the scenario and the test.

    Raises
    ------
    RuleError
        Where the name cannot be that of a module, the folder is not there, or a file is; nothing is written then.
    """
    name = path.stem
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.py", path.name):
        raise RuleError(
            f"{path.name}: name the file like my_rules.py, in small letters, digits and _, from a letter on"
        )
    if name in sys.stdlib_module_names or name == "defectsim" or keyword.iskeyword(name):
        raise RuleError(
            f"{path.name}: Python, or defectsim, calls something else {name}; choose another name"
        )
    if not path.parent.is_dir():
        raise RuleError(f"there is no folder {path.parent}; make it first")
    texts = {
        path.parent / pattern.format(name=name): _text(file, name)
        for pattern, file in _TEMPLATES.items()
    }
    there = [str(file) for file in texts if file.exists()]
    if there:
        raise RuleError(
            f"{', '.join(there)}: already there, and not overwritten; choose another name"
        )
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    return list(texts)


def _text(file: str, name: str) -> str:
    return (
        (files("defectsim.contract") / "templates" / file)
        .read_text(encoding="utf-8")
        .replace(NAME, name)
    )
