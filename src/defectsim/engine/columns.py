"""The columns of one life: shared with others of the study until somebody writes them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from defectsim.core.errors import nearest
from defectsim.engine.inputs import Changed, Engine, RunInputs
from defectsim.model.person import COLUMNS, OWN_ATTRIBUTE, PEOPLE_COLUMNS, Array
from defectsim.model.transitions import Rank

FROM_ENGINE = ("status", "ties_defected", "belief")
"""Columns that the engine keeps."""


class _Named(dict[str, Array]):
    """Columns by name, which say what was probably meant."""

    def __missing__(self, name: str) -> Array:
        raise KeyError(f"there is no column {name!r}{nearest(name, self)}")


class Columns:
    """What people have in one life.

    Attributes
    ----------
    values
        By name, each of shape (people,); not to be written but by `write`.
    changed
        What was written since the engine last looked.
    """

    def __init__(self, inputs: RunInputs) -> None:
        self.values: dict[str, Array] = _Named(
            {name: _kept(column) for name, column in inputs.columns.items()}
        )
        self.changed: set[Changed] = set()
        self._general = inputs.population.rank == Rank.GENERAL
        self._own: dict[str, Array] = {}

    @property
    def written(self) -> dict[str, Array]:
        """Those that this life does not share with others; copies."""
        return {name: column.copy() for name, column in self._own.items()}

    @written.setter
    def written(self, columns: Mapping[str, Array]) -> None:
        for name, column in columns.items():
            self._keep(name, column.copy())

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows.

        Raises
        ------
        KeyError
            Where there is no such column.
        AttributeError
            Where the column is not one that people have, but what the army or the engine makes of them; frailty is in
            the resistances, which are drawn at the start.
        ValueError
            Where a value is out of the column's bounds.
        """
        if (
            name in FROM_ENGINE
            or name == "frailty"
            or (name not in PEOPLE_COLUMNS and name in COLUMNS)
        ):
            raise AttributeError(
                f"{name} is not yours to set: the scenario's forces, or the engine, do"
            )
        if name not in self.values:
            raise KeyError(name)
        if np.size(value) == 0 or np.size(rows) == 0:
            return
        bounds = PEOPLE_COLUMNS.get(name, OWN_ATTRIBUTE).bounds
        for extreme in (np.min(value), np.max(value)):
            if fault := bounds.fault(float(extreme)):
                raise ValueError(f"{name}: {fault}")
        if name not in self._own:
            self._keep(name, self.values[name].copy())
        self._own[name][rows] = value
        self.changed |= {(name, general) for general in np.atleast_1d(self._general[rows]).tolist()}

    def _keep(self, name: str, column: Array) -> None:
        """Take a column for this life alone."""
        self._own[name] = column
        self.values[name] = _kept(column)

    def hand_on(self, engine: Engine, step: int) -> None:
        """Let the engine, and the policies' audiences, see what was written, from a step on."""
        if self.changed:
            engine.changed(replace(engine.inputs, columns=dict(self.values)), self.changed, step)
            self.changed = set()


def _kept(column: Array) -> Array:
    """Return a view of a column that cannot be written: other lives share it, and an engine must know of changes."""
    view = column.view()
    view.flags.writeable = False
    return view
