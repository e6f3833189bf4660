"""Code that a scenario names: in a file beside it, in a module, or by the entry point of an installed package."""

import importlib
import re
import sys
import tokenize
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from defectsim.core.errors import RuleError, nearest
from defectsim.core.paths import located_file, sibling_path
from defectsim.core.section import refuse

ENTRY_POINTS = "defectsim.rules"
"""The group of entry points by which installed packages offer rules."""

_NAME = r"^([\w ./-]+\.py:[A-Za-z_]\w*|[A-Za-z_][\w.]*:[A-Za-z_]\w*|[A-Za-z_][\w-]*)$"
_FORMS = (
    f"file.py:function, package.module:function, or the name of an entry point in {ENTRY_POINTS}"
)


def _formed(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise refuse(f"{name!r} names no code: write {_FORMS}")
    return name


CodeName = Annotated[
    str, AfterValidator(_formed), Field(description=_FORMS, json_schema_extra={"pattern": _NAME})
]
_FILE = re.compile(r"(.+\.py):(\w+)")


@dataclass(frozen=True)
class Code:
    """What a scenario names.

    Attributes
    ----------
    name
        As the scenario writes it.
    thing
        The function or class itself.
    file
        The file that it stands in, as the scenario names it; None for a module.
    text
        What its file, or its module, says.
    names
        All that there is in its module.
    """

    name: str
    thing: Any = field(compare=False)
    file: str | None = None
    text: str | None = None
    names: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


def shipped(name: str) -> bool:
    """Say whether a name is that of code that comes with defectsim, and of no file called like it."""
    return name.startswith("defectsim.") and not _FILE.fullmatch(name)


def resolve_code(name: str, info: ValidationInfo) -> Code:
    """Find what a scenario names, if the scenario may run code; see `find`.

    The validation's context says whether it may (``allow_code``, true where nothing is said), and which is its
    ``folder``.
    """
    context = info.context or {}
    if not context.get("allow_code", True) and not shipped(name):
        raise refuse(
            f"{name} is code, and the scenario is outside of the working folder: read it, and if you trust it say "
            "--allow-code (in Python allow_code=True)"
        )
    try:
        if in_file := _FILE.fullmatch(name):
            return _in_file(name, sibling_path(in_file[1], info), *in_file.groups())
        return find_code(name)
    except RuleError as error:
        raise refuse(str(error)) from error


def find_code(name: str, folder: Path = Path()) -> Code:
    """Find the code called ``file.py:function``, ``package.module:function`` or by an entry point.

    Parameters
    ----------
    folder
        Where a file is looked for.

    Raises
    ------
    RuleError
        Where there is no such file, module, entry point or function, or its module cannot be imported.
    """
    if in_file := _FILE.fullmatch(name):
        try:
            return _in_file(name, located_file(in_file[1], folder), *in_file.groups())
        except PydanticCustomError as error:
            raise RuleError(f"{name}: {error}") from error
    module_name, _, attribute = (name if ":" in name else _entry_point(name)).partition(":")
    try:
        module = importlib.import_module(module_name)
    except (
        Exception,
        SystemExit,
    ) as error:  # whatever a researcher's module does wrong is theirs to mend
        raise RuleError(
            f"{name}: {module_name} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    return Code(
        name, _attribute(name, module, attribute), text=_text(name, module), names=vars(module)
    )


def _text(name: str, module: ModuleType) -> str | None:
    """Return what a module says, in whatever encoding it says it in; None where it is shipped, or no Python text."""
    source = getattr(module, "__file__", None) or ""
    if shipped(name) or not source.endswith(".py"):
        return None
    with tokenize.open(source) as file:
        return file.read()


def _in_file(name: str, path: Path, file: str, attribute: str) -> Code:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: {file} is not UTF-8 text; save the file as UTF-8") from error
    module = load_module(path, text)
    return Code(name, _attribute(name, module, attribute), file, text, vars(module))


def _attribute(name: str, module: ModuleType, attribute: str) -> Any:
    names = vars(module)
    if attribute not in names:
        raise RuleError(f"{name}: {attribute} is not in that module{nearest(attribute, names)}")
    return names[attribute]


def _entry_point(name: str) -> str:
    offered = {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
    if name not in offered:
        raise RuleError(
            f"{name}: no installed package offers a rule of that name{nearest(name, offered)}; a rule of your own is "
            "named file.py:function or package.module:function"
        )
    return offered[name]


@cache
def load_module(path: Path, text: str) -> ModuleType:
    """Run a file as a module of its own, once for each text.

    It is known as ``my_rules.py``, not as ``my_rules``, so that it stands in no other module's way; known it must be,
    for Numba asks for the module of a function whose compiled code it has kept.
    """
    module = ModuleType(path.name)
    module.__file__ = str(path)
    sys.modules[path.name] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:  # as in `find`
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        where = f"{path}:{lines[-1]}" if lines else str(path)
        raise RuleError(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
    return module
