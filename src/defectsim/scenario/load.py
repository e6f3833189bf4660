"""Scenarios read from files, and others laid over them without reading or validating anew."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from defectsim.core.errors import Fault, ScenarioError, expect
from defectsim.core.files import user_path
from defectsim.core.section import Section
from defectsim.scenario.overrides import override
from defectsim.scenario.reading.extends import read_layers
from defectsim.scenario.reading.source import validate
from defectsim.scenario.reading.tree import Mark, Node, node_of, plain
from defectsim.scenario.schema import REFERRING, Scenario
from defectsim.scenario.views.evidence import needs_sources, unsourced


@dataclass(frozen=True)
class ScenarioDocument:
    """A validated scenario over which others are laid.

    Attributes
    ----------
    context
        Context of its validation: the folder of its file, and whether it may name code.
    written
        Tree of its file; default: everything is written, in no file.
    """

    scenario: Scenario
    context: Mapping[str, Any] = field(default_factory=dict)
    written: Node | None = None

    @cached_property
    def tree(self) -> Node:
        """Tree of what is written."""
        return self.written or node_of(self.scenario.dump(), Mark(""))

    @classmethod
    def read(
        cls,
        path: str | Path,
        overrides: Sequence[str | Node] = (),
        *,
        allow_code: bool = False,
        asked: Mark | None = None,
    ) -> Self:
        """Read a scenario; see `load`.

        If another file names this one, at the place `asked`, its overrides are nodes of that file.
        """
        expect(overrides, list | tuple, 'a list of overrides, as ["policies.off_ramp.value=0.6"]')
        file = user_path(path)
        trusted = allow_code or Path(os.path.abspath(file)).is_relative_to(Path.cwd())
        faults: list[Fault] = []
        tree = read_layers(file, faults, asked)
        return cls._laid(file, tree, overrides, {"allow_code": trusted}, faults)

    @classmethod
    def read_unsaved(
        cls, text: str, path: str | Path, known_code: Collection[str], refusal: str
    ) -> Self:
        """Read what an editor has for a file; of code, only that of `known_code` runs.

        Parameters
        ----------
        refusal
            Reason that is given where the text names any other code.
        """
        faults: list[Fault] = []
        file = user_path(path)
        tree = read_layers(file, faults, text=text)
        trust = {"allow_code": False, "known_code": known_code, "refused_code": refusal}
        return cls._laid(file, tree, (), trust, faults)

    @classmethod
    def _laid(
        cls,
        file: Path,
        tree: Node | None,
        overrides: Sequence[str | Node],
        trust: Mapping[str, Any],
        faults: list[Fault],
    ) -> Self:
        """Validate a tree with overrides laid over it."""
        if tree is not None and needs_sources(file):
            faults += unsourced(tree)
        for text in overrides:
            expect(text, str | Node, "overrides as text, PATH=VALUE")
            tree = tree if tree is None or tree.unread else override(tree, text, faults)
        context = {"folder": file.parent, **trust}
        scenario = None if tree is None else validate(Scenario, tree, plain(tree), context, faults)
        if faults or tree is None or scenario is None:
            raise ScenarioError(faults)
        return cls(scenario, context, tree)

    def with_overrides(self, overrides: Sequence[str]) -> Scenario:
        """Return the scenario with each ``PATH=VALUE`` laid over it; faults are raised as one."""
        faults: list[Fault] = []
        tree = self.tree
        for text in overrides:
            tree = override(tree, text, faults)
        scenario = self.revalidate(tree, faults)
        if faults or scenario is None:
            raise ScenarioError(faults)
        return scenario

    def revalidate(self, tree: Node, faults: list[Fault]) -> Scenario | None:
        """Validate a tree laid over this one; append to `faults`.

        Unchanged nodes keep their validated values, except in sections that refer to others.
        """
        before = self.tree.entries
        parts = {
            name: getattr(self.scenario, name)
            for name in Scenario.model_fields.keys() - REFERRING.keys() - before.keys()
        }
        for name, node in tree.entries.items():
            value = None if name in REFERRING else getattr(self.scenario, name, None)
            parts[name] = plain(node) if value is None else _reuse(node, before.get(name), value)
        return validate(Scenario, tree, parts, self.context, faults)

    @property
    def resolved(self) -> Self:
        """The same scenario, of which everything is written."""
        return replace(self, written=node_of(self.scenario.dump(), self.tree.mark))


def _reuse(node: Node, before: Node | None, value: Any) -> Any:
    """Return a section as plain data, but for the parts of `value` that are unchanged."""
    if node is before:
        return value
    if before is None or not before.entries or not node.entries or not isinstance(value, Section):
        return plain(node)
    return {
        key: getattr(value, key) if entry is before.entries.get(key) else plain(entry)
        for key, entry in node.entries.items()
    }


def load(path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False) -> Scenario:
    """Load a scenario, and import the code that it names.

    If the file is in a folder called `scenarios` or below one, each number in it and in the files
    that it extends must have a source. Overrides need none.

    Parameters
    ----------
    path
        A YAML file.
    overrides
        Values laid over the file's, each as ``policies.off_ramp.value=0.6``.
    allow_code
        Whether a scenario outside of the working folder may name code other than defectsim's own.

    Raises
    ------
    ScenarioError
        With every fault, each with file, line and column.
    """
    return ScenarioDocument.read(path, overrides, allow_code=allow_code).scenario
