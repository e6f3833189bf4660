"""Scenarios that a page can choose: those that ship, and the file given to `defectsim app`."""

from dataclasses import dataclass
from pathlib import Path

from defectsim.core.code.shipped import PREFIX, library, shipped_scenario, shipped_scenarios
from defectsim.core.errors import AppError, nearest
from defectsim.core.files import user_path
from defectsim.scenario.load import ScenarioDocument

DEFAULT = "venezuela-2019"
"""Scenario with which a page begins."""
_REFUSAL = (
    "a page runs no code but that of the file given to `defectsim app`: start it with a file that "
    "names this code, as in defectsim app my-scenario.yaml"
)
_PARTS = ("behaviour",)
"""Folders of shipped files that are no whole scenarios."""


@dataclass(frozen=True)
class Catalogue:
    """Scenarios by name.

    Attributes
    ----------
    given
        File of the command line, if any.
    known_code
        Names of code of its own that the given file names, and so may run.
    """

    given: Path | None = None
    known_code: frozenset[str] = frozenset()
    first: str = DEFAULT

    @classmethod
    def of(cls, scenario: str | None, *, allow_code: bool = False) -> "Catalogue":
        """Return the scenarios that ship and the one that a user gives, by path or name.

        Raises
        ------
        ScenarioError
            When it cannot be used.
        """
        if scenario is None:
            return cls()
        loaded = ScenarioDocument.read(scenario, allow_code=allow_code).scenario
        if scenario.startswith(PREFIX):
            return cls(first=scenario.removeprefix(PREFIX))
        file, known = user_path(scenario), frozenset(code.name for code in loaded.code.values())
        return cls(file, known, str(file))

    @property
    def groups(self) -> dict[str, list[str]]:
        """Names of scenarios by group: that of the command line, those that ship, and their kin."""
        found: dict[str, list[str]] = {"given": [str(self.given)]} if self.given else {}
        found["shipped"] = []
        for name, file in shipped_scenarios().items():
            folder = file.parent.relative_to(library()).as_posix()
            if folder not in _PARTS:
                found.setdefault(folder.replace(".", "shipped"), []).append(name)
        return found

    def text(self, name: str) -> str:
        """Return the text of a scenario's file.

        Raises
        ------
        AppError
            When there is no such scenario, or its file cannot be read any more.
        """
        if self.given is not None and self._is_given(name):
            path: Path | None = self.given
        else:
            path, _ = shipped_scenario(name)
        if path is None:
            raise AppError(f"there is no scenario {name!r}{nearest(name, shipped_scenarios())}")
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise AppError(f"{path} cannot be read any more ({reason}): put it back") from error

    def document(self, name: str, text: str | None = None) -> ScenarioDocument:
        """Read a scenario, or a `text` that an editor has for it.

        Raises
        ------
        ScenarioError
            With every fault, those of code that may not run among them.
        """
        known = self.known_code if self._is_given(name) else frozenset()
        written = self.text(name) if text is None else text
        return ScenarioDocument.read_unsaved(written, self.shown(name), known, _REFUSAL)

    def shown(self, name: str) -> str:
        """Return what faults call the file of a scenario."""
        return name if self._is_given(name) else f"{PREFIX}{name}"

    def _is_given(self, name: str) -> bool:
        return self.given is not None and name == str(self.given)
