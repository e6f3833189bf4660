"""From a file to a scenario that can be run, or to everything that is wrong with it."""

from collections.abc import Sequence
from pathlib import Path

from defectsim.scenario.base import Base
from defectsim.scenario.schema import Scenario
from defectsim.scenario.tree import Node


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
    return Base.read(path, overrides, allow_code=allow_code).scenario


def load_with_tree(
    path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False
) -> tuple[Node, Scenario]:
    """Load a scenario together with the tree of what is written; see `load`."""
    base = Base.read(path, overrides, allow_code=allow_code)
    return base.tree, base.scenario
