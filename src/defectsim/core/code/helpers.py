"""Code and data that the code of a scenario depends on: neighbouring files, and modules elsewhere.

What is imported is found in the text, before any of it is run, wherever it stands. Of installed
packages nothing is followed, since their versions are compared.
"""

import ast
import importlib.util
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from defectsim.core.code.data import name_fault
from defectsim.core.study_folder import taken_name

_READERS = {
    *(
        "data_file",
        "loadtxt",
        "genfromtxt",
        "read_csv",
        "read_json",
        "read_table",
        "read_text",
        "with_name",
    ),
}
"""Functions and methods whose first argument, if it is text, is a file to be read."""
_PACKAGES = {"site-packages", "dist-packages"}
"""Names of the folders of installed packages."""


@dataclass(frozen=True)
class Helpers:
    """Dependencies of a piece of code.

    Attributes
    ----------
    beside
        Texts of neighbouring files by their names in the folder of the scenario: modules, and data
        that the code reads by a name in its text. A study takes them along.
    modules
        Names of those files that are modules, by the names under which they are imported.
    elsewhere
        Texts of local modules that are found elsewhere, and of their data files, by name.
    data
        Names of the data files, by the names under which they are read.
    faults
        What is wrong with names of files, each with file, line and column where they are written.
    """

    beside: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def text(self) -> str:
        """All texts with their names, to be hashed."""
        return "\n".join(
            f"{name}\n{text}" for name, text in sorted({**self.elsewhere, **self.beside}.items())
        )


def helpers_of(
    text: str, origin: str, folder: Path | None, places: tuple[str, ...] = ()
) -> Helpers:
    """Find what a text depends on, and so on.

    Parameters
    ----------
    origin
        Name of the module or file that has the text.
    folder, places
        Folder of the scenario, and folders in it where neighbours of its files are looked for;
        None for a module, which has no neighbours.
    """
    beside: dict[str, str] = {}
    modules: dict[str, str] = {}
    elsewhere: dict[str, str] = {}
    data: dict[str, str] = {}
    faults: list[str] = []
    pending = [(text, origin, origin if folder is None else "")]
    while pending:
        written, where, importer = pending.pop()
        faults += (f"{where}:{place}: {fault}" for place, fault in _misnamed(written))
        for name in _imports(written, importer):
            if name in modules or name in elsewhere or _installed(name, importer):
                continue
            if near := _near(f"{name}.py", folder, places):
                modules[name], found = near
                beside[modules[name]] = found
                pending.append((found, modules[name], ""))
            elif source := _source(name):
                elsewhere[name] = source
                pending.append((source, name, name))
        for name in _data(written):
            if importer:
                elsewhere |= _data_elsewhere(name, importer)
            elif near := _near(name, folder, places):
                data[name] = near[0]
                beside.setdefault(*near)
    faults += (fault for file in beside if (fault := taken_name(file)))
    return Helpers(beside, modules, elsewhere, data, tuple(faults))


def _data_elsewhere(name: str, importer: str) -> dict[str, str]:
    """Return the text of a data file beside a module that is found elsewhere."""
    spec = importlib.util.find_spec(importer)
    near = _near(name, Path(spec.origin).parent, (".",)) if spec and spec.origin else None
    return {f"{importer}/{near[0]}": near[1]} if near else {}


def _parsed(text: str) -> ast.AST:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):  # told where it is run
        return ast.Module([], [])


@cache
def _imports(text: str, importer: str) -> list[str]:
    """Return the modules that a text imports anywhere, and the packages around them."""
    found: dict[str, None] = {}
    for node in ast.walk(_parsed(text)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.level == 0 or importer):
            base = node.module or ""
            if node.level:
                package = importer.split(".")[: -node.level]
                base = ".".join([*package, *([base] if base else [])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)] if base else []
        for name in names:
            parts = name.split(".")
            found.update((".".join(parts[: end + 1]), None) for end in range(len(parts)))
    return [*found]


@cache
def _data(text: str) -> list[str]:
    """Return the names of files that a text reads, as far as they stand in it."""
    found: dict[str, None] = {}
    for called, node in _calls(text):
        receiver = getattr(node.func, "value", None)  # as in Path("x.csv").read_text()
        named = (node, *([receiver] if isinstance(receiver, ast.Call) else []))
        firsts = [call.args[0] for call in named if call.args]
        if called in _READERS or (called == "open" and _to_read(node)):
            texts = (one.value for one in firsts if isinstance(one, ast.Constant))
            found.update((text, None) for text in texts if isinstance(text, str))
    return [*found]


@cache
def _misnamed(text: str) -> list[tuple[str, str]]:
    """Return line and column of each call of `data_file` with a wrong name, and what is wrong."""
    given = [one for called, node in _calls(text) if called == "data_file" for one in node.args[:1]]
    return [
        (f"{one.lineno}:{one.col_offset + 1}", fault)
        for one in given
        if isinstance(one, ast.Constant) and (fault := name_fault(one.value))
    ]


def _calls(text: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in a text, each with the last name of what is called."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def _to_read(call: ast.Call) -> bool:
    """Return whether a call of `open` opens a file to be read."""
    given = [*call.args, *(key.value for key in call.keywords if key.arg == "mode")]
    texts = [str(one.value) for one in given if isinstance(one, ast.Constant)]
    modes = [text for text in texts if re.fullmatch("[rwxabt+]{1,3}", text)]
    return all("r" in mode and "+" not in mode for mode in modes)


def _installed(name: str, importer: str) -> bool:
    """Return whether a module belongs to Python, to defectsim or to another installed package."""
    top = name.partition(".")[0]
    return _is_installed(top) and importer.partition(".")[0] != top


@cache
def _is_installed(top: str) -> bool:
    if top in sys.stdlib_module_names or top == "defectsim":
        return True
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    return spec is not None and bool(_PACKAGES & {*Path(spec.origin or "").parts})


def _near(name: str, folder: Path | None, places: tuple[str, ...]) -> tuple[str, str] | None:
    """Return name and text of a neighbouring file, which must be in the folder or below it."""
    if folder is None:
        return None
    for place in places:
        relative = Path(place, name)
        path = folder / relative
        try:
            inside = not relative.is_absolute() and path.resolve().is_relative_to(folder.resolve())
            if ".." not in relative.parts and inside and path.is_file():
                return relative.as_posix(), path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):  # no text, or no name of a file
            continue
    return None


def _source(name: str) -> str | None:
    """Return the text of a module that is found elsewhere, or None."""
    try:
        spec = importlib.util.find_spec(name)
    except (
        Exception
    ):  # a package around it is run to find it; what it raises is told where it is used
        return None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    try:
        with tokenize.open(spec.origin) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None
