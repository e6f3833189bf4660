"""A scenario over which others are laid, without reading or checking again what they leave as it is."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.section import Section
from defectsim.scenario.overrides import override
from defectsim.scenario.reading.extends import read
from defectsim.scenario.reading.tree import Mark, Node, node_of, plain
from defectsim.scenario.reading.validation import validated
from defectsim.scenario.schema import NAMING, Scenario
from defectsim.scenario.views.evidence import needs_sources, unsourced


@dataclass(frozen=True)
class ScenarioDocument:
    """A scenario, the tree of what is written of it, and the context in which it was validated."""

    tree: Node
    scenario: Scenario
    context: Mapping[str, Any]

    @classmethod
    def read(
        cls,
        path: str | Path,
        overrides: Sequence[str | Node] = (),
        *,
        allow_code: bool = False,
        asked: Mark | None = None,
    ) -> Self:
        """Read a scenario; see `load.load`.

        Parameters
        ----------
        overrides
            What is laid over it, as text or as the node of a file that says it.
        asked
            The place that asks for the file, where a file does.

        Raises
        ------
        ScenarioError
            With all that is wrong.
        """
        faults: list[Fault] = []
        file = Path(path)
        tree = read(file, faults, asked)
        if tree is not None and needs_sources(file):
            faults += unsourced(tree)
        for text in overrides:
            tree = tree and override(tree, text, faults)
        may = allow_code or Path(os.path.abspath(file)).is_relative_to(Path.cwd())
        context = {"folder": file.parent, "allow_code": may}
        scenario = None if tree is None else validated(Scenario, tree, plain(tree), context, faults)
        if faults or tree is None or scenario is None:
            raise ScenarioError(faults)
        return cls(tree, scenario, context)

    @classmethod
    def from_scenario(cls, scenario: Scenario) -> Self:
        """Return a scenario over which others are laid, of which everything is written; no file needs to say it."""
        return cls(node_of(scenario.dump(), Mark("")), scenario, {})

    def with_overrides(self, overrides: Sequence[str]) -> Scenario:
        """Return the scenario with each ``PATH=VALUE`` laid over it.

        Raises
        ------
        ScenarioError
            With all that is wrong.
        """
        faults: list[Fault] = []
        tree = self.tree
        for text in overrides:
            tree = override(tree, text, faults)
        scenario = self.revalidate(tree, faults)
        if faults or scenario is None:
            raise ScenarioError(faults)
        return scenario

    def revalidate(self, tree: Node, faults: list[Fault]) -> Scenario | None:
        """Validate what was laid over this tree; append to `faults` what is wrong.

        What is still the same node is not validated again, but for sections that name what others declare.
        """
        before, scenario = self.tree.entries, self.scenario
        left = {
            name: getattr(scenario, name)
            for name in Scenario.model_fields
            if name not in NAMING and name not in tree.entries and name not in before
        }
        said = {
            name: plain(node)
            if name in NAMING
            else _said(node, before.get(name), getattr(scenario, name, None))
            for name, node in tree.entries.items()
        }
        return validated(Scenario, tree, {**left, **said}, self.context, faults)

    @property
    def resolved(self) -> Self:
        """The same scenario, of which everything is written."""
        return replace(self, tree=node_of(self.scenario.dump(), self.tree.mark))


def _said(now: Node, before: Node | None, value: Any) -> Any:
    """Return a section as plain data, but for what stands in it as it did before, when it was validated to `value`."""
    if now is before:
        return value
    if before is None or not before.entries or not now.entries or not isinstance(value, Section):
        return plain(now)
    was = before.entries
    return {
        key: getattr(value, key) if node is was.get(key) else plain(node)
        for key, node in now.entries.items()
    }


def load(path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False) -> Scenario:
    """Load a scenario. What it names as rules, acts, observers or agents is code, and is run.

    Where the file stands in a folder called `scenarios`, or below one, each number that is written in it, or in one
    that it extends, must have a source. Overrides need none.

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
        With all that is wrong, each fault with file, line and column.
    """
    return ScenarioDocument.read(path, overrides, allow_code=allow_code).scenario


def load_with_tree(
    path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False
) -> tuple[Node, Scenario]:
    """Load a scenario together with the tree of what is written; see `load`."""
    base = ScenarioDocument.read(path, overrides, allow_code=allow_code)
    return base.tree, base.scenario
