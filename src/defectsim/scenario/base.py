"""A scenario over which others are laid, without reading or checking again what they leave as it is."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from defectsim.core.errors import Fault, ScenarioError
from defectsim.scenario.evidence import needs_sources, unsourced
from defectsim.scenario.extends import read
from defectsim.scenario.merge import override
from defectsim.scenario.schema import NAMING, Scenario
from defectsim.scenario.tree import Mark, Node, node_of, plain
from defectsim.scenario.validated import validated


@dataclass(frozen=True)
class Base:
    """A scenario, the tree of what is written of it, and the context in which it was validated."""

    tree: Node
    scenario: Scenario
    context: Mapping[str, Any]

    @classmethod
    def read(
        cls, path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False, asked: Mark | None = None
    ) -> Self:
        """Read a scenario; see `load.load`.

        Parameters
        ----------
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
        scenario = tree and validated(Scenario, tree, plain(tree), context, faults)
        if faults or tree is None or scenario is None:
            raise ScenarioError(faults)
        return cls(tree, scenario, context)

    def overridden(self, overrides: Sequence[str]) -> Scenario:
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
        scenario = self.laid(tree, faults)
        if faults or scenario is None:
            raise ScenarioError(faults)
        return scenario

    def laid(self, tree: Node, faults: list[Fault]) -> Scenario | None:
        """Validate what was laid over this tree; append to `faults` what is wrong.

        Sections that are still the same nodes are not validated again, but for those that name what others declare.
        """
        before = self.tree.entries
        same = {
            name: getattr(self.scenario, name)
            for name in Scenario.model_fields
            if name not in NAMING and tree.entries.get(name) is before.get(name)
        }
        changed = {name: plain(node) for name, node in tree.entries.items() if name not in same}
        return validated(Scenario, tree, {**same, **changed}, self.context, faults)

    @property
    def resolved(self) -> Self:
        """The same scenario, of which everything is written."""
        return replace(self, tree=node_of(self.scenario.dump(), self.tree.mark))
