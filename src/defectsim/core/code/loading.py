"""Code that a scenario names, in a file, a module or an entry point."""

import builtins
import importlib
import linecache
import os
import re
import sys
import tokenize
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from defectsim.core.code.data import DATA, told_of_reads
from defectsim.core.code.helpers import Helpers, helpers_of
from defectsim.core.code.shipped import PREFIX, library
from defectsim.core.errors import RuleError, nearest
from defectsim.core.files import beside, is_file
from defectsim.core.section import FormedText, refuse
from defectsim.core.study_folder import taken_name


def scenario_folder(info: ValidationInfo) -> Path:
    """Return the folder in the validation's context; default: the working folder."""
    return Path((info.context or {}).get("folder", ""))


def _place(folder: Path, name: str) -> tuple[Path, str]:
    """Return the folder that holds a named file, and the name in it."""
    if name.startswith(PREFIX):
        return library(), name.removeprefix(PREFIX)
    return folder, name


def located_file(name: str, folder: Path) -> Path:
    """Return the path of the file `name` in a folder or below it.

    Raises
    ------
    PydanticCustomError
        If it is missing or lies outside the folder. No '..' is allowed, even if it leads back:
        a study copies the file to a folder of its own under this name.

    A file beside the shipped scenarios is named ``defectsim:classics/kuran.py`` in any folder.
    """
    folder, name = _place(folder, name)
    if Path(name).is_absolute():
        raise refuse(f"name the file {name} relative to the scenario, not from the root")
    if ".." in Path(name).parts:
        raise refuse(
            f"{name} leads up by '..': move the file into the folder of the scenario, "
            "and name it from there"
        )
    path = folder / name
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise refuse(f"{name} is outside the folder of the scenario; move it there")
    if not is_file(path):
        near = [str(other.relative_to(folder)) for other in beside(path)]
        raise refuse(f"there is no file {name} in the folder of the scenario{nearest(name, near)}")
    return path


ENTRY_POINTS = "defectsim.rules"
"""Group of entry points by which installed packages offer rules."""

_NAME = r"^((defectsim:)?[\w ./-]+\.py:[A-Za-z_]\w*|[A-Za-z_][\w.]*:[A-Za-z_]\w*|[A-Za-z_][\w-]*)$"
_FORMS = (
    f"file.py:function, package.module:function, or the name of an entry point in {ENTRY_POINTS}"
)
_FILE = re.compile(r"(.+\.py):(\w+)")


def _well_formed(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise refuse(f"{name!r} names no code: write {_FORMS}")
    return name


CodeName = Annotated[
    FormedText,
    AfterValidator(_well_formed),
    Field(description=_FORMS, json_schema_extra={"pattern": _NAME}),
]


@dataclass(frozen=True)
class Code:
    """A function or class that a scenario names.

    Attributes
    ----------
    file
        The file, as the scenario names it; None for a module, and for a file that ships.
    text
        Source text of the file or module; None for a module of defectsim.
    helpers
        What else it depends on.
    names
        Everything defined in the module.
    """

    name: str
    thing: Any = field(compare=False)
    file: str | None = None
    text: str | None = None
    names: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    helpers: Helpers = field(default_factory=Helpers, repr=False)

    @property
    def texts(self) -> str:
        """All text on which its results depend."""
        return f"{self.text or ''}\n{self.helpers.text}" if self.helpers.text else self.text or ""


def shipped(name: str) -> bool:
    """Return whether a name is that of code that comes with defectsim."""
    return name.startswith(PREFIX if _FILE.fullmatch(name) else "defectsim.")


_ASK_FOR_LEAVE = (
    "the scenario is outside of the working folder: read it, and if you trust it say --allow-code "
    "(in Python allow_code=True)"
)


def resolve_code(name: str, info: ValidationInfo) -> Code:
    """Return the code that a scenario names, unless the scenario is not trusted.

    The validation's context may have `allow_code` (default: True), `known_code`, names that may run
    in any case, the words of the refusal (`refused_code`), and the scenario's `folder`.
    """
    context = info.context or {}
    known = shipped(name) or name in context.get("known_code", ())
    if not known and not context.get("allow_code", True):
        raise refuse(f"{name} is code, and {context.get('refused_code', _ASK_FOR_LEAVE)}")
    try:
        return find_code(name, scenario_folder(info))
    except RuleError as error:
        raise refuse(str(error)) from error


def find_code(name: str, folder: Path = Path()) -> Code:
    """Import the code called ``file.py:function``, ``package.module:function`` or an entry point.

    Parameters
    ----------
    folder
        Folder of files.

    Raises
    ------
    RuleError
        If it does not exist or its module cannot be imported.
    """
    file: str | None = None
    text: str | None
    if in_file := _FILE.fullmatch(name):
        file, attribute = in_file.groups()
        text = _read(name, file, folder)
        folder, file = _place(folder, file)
        helpers = helpers_of(text, file, folder, (str(Path(file).parent), "."))
        _expect_names(name, file, helpers)
        module = load_module(folder / file, text, folder, helpers)
    else:
        imported, _, attribute = (name if ":" in name else _entry_point(name)).partition(":")
        try:
            module = importlib.import_module(imported)
        except (Exception, SystemExit) as error:  # a researcher's module may do anything
            cause = f"{type(error).__name__}: {error}"
            raise RuleError(f"{name}: {imported} cannot be imported: {cause}") from error
        text = _source(name, module)
        helpers = helpers_of(text, imported, None) if text else Helpers()
        _expect_names(name, None, helpers)
    names = vars(module)
    if attribute not in names:
        raise RuleError(f"{name}: {attribute} is not in that module{nearest(attribute, names)}")
    own = None if shipped(name) else file
    return Code(name, names[attribute], own, text, names, helpers)


def _expect_names(name: str, file: str | None, helpers: Helpers) -> None:
    """Refuse code of which a study cannot take along the file, or one that it reads."""
    own = taken_name(file) if file and not shipped(name) else None
    if faults := [*([own] if own else []), *helpers.faults]:
        raise RuleError(f"{name}: {'; '.join(faults)}")


def _read(name: str, file: str, folder: Path) -> str:
    try:
        return located_file(file, folder).read_text(encoding="utf-8-sig")
    except PydanticCustomError as error:
        raise RuleError(f"{name}: {error}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: {file} is not UTF-8 text; save the file as UTF-8") from error


def _source(name: str, module: ModuleType) -> str | None:
    """Return a module's text, or None if it is shipped or not Python text."""
    source = getattr(module, "__file__", None) or ""
    if shipped(name) or not source.endswith(".py"):
        return None
    with tokenize.open(source) as file:
        return file.read()


def _entry_point(name: str) -> str:
    offered = {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
    if name not in offered:
        raise RuleError(
            f"{name}: no installed package offers a rule of that name{nearest(name, offered)}; "
            "a rule of your own is named file.py:function or package.module:function"
        )
    return offered[name]


_LOADED: dict[tuple[Path, str, str], ModuleType] = {}
"""Modules of files by path, text and the texts of helpers, those that are being run among them."""


def load_module(path: Path, text: str, folder: Path, helpers: Helpers) -> ModuleType:
    """Run a file as a module of its own, once for each text and each of its helpers'.

    It is in `sys.modules` as ``my_rules.py``, not ``my_rules``, so that it hides no other module;
    Numba looks it up there when it loads cached compiled code. What it imports is a neighbouring
    file if there is one, which is run likewise, and as it was read.
    """
    key = (path, text, helpers.text)
    if key not in _LOADED:
        _LOADED[key] = module = ModuleType(path.name)
        module.__file__ = str(path)
        own_import = partial(_import, folder, helpers)
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": own_import}
        vars(module)[DATA] = {name: folder / file for name, file in helpers.data.items()}
        try:
            with told_of_reads(path, helpers.beside, folder):
                _run(module, path, text)
        except BaseException:
            del _LOADED[key]
            raise
    return _LOADED[key]


def _import(
    folder: Path,
    helpers: Helpers,
    name: str,
    globals_: Mapping[str, object] | None = None,
    locals_: Mapping[str, object] | None = None,
    fromlist: Sequence[str] = (),
    level: int = 0,
) -> ModuleType:
    """Import as `__import__` does, but for neighbouring files."""
    if level == 0 and name in helpers.modules:
        file = helpers.modules[name]
        return load_module(folder / file, helpers.beside[file], folder, helpers)
    return builtins.__import__(name, globals_, locals_, fromlist, level)


def _run(module: ModuleType, path: Path, text: str) -> None:
    sys.modules[path.name] = module
    # Tracebacks show this text, whatever the file says by then.
    linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:  # as in `find_code`
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        where = f"{path}:{lines[-1]}" if lines else str(path)
        raise RuleError(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
