"""Columns of one run, shared with the study's other runs until somebody writes them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from defectsim.core.errors import nearest
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Changed, Engine
from defectsim.model.person import COLUMNS, OWN_ATTRIBUTE, PEOPLE_COLUMNS, Array
from defectsim.model.transitions import Rank

FROM_ENGINE = ("status", "ties_defected", "belief")
"""Columns that the engine keeps."""


class _Named(dict[str, Array]):
    """Columns by name; a name that is not there raises an error with the nearest."""

    def __missing__(self, name: str) -> Array:
        raise KeyError(f"there is no column {name!r}{nearest(name, self)}")


class Columns:
    """The columns of one run, some of which it may have written before."""

    def __init__(self, inputs: RunInputs, written: Mapping[str, Array]) -> None:
        self.values: dict[str, Array] = _Named(
            {name: _read_only(column) for name, column in inputs.columns.items()}
        )
        """By name, each of shape (people,), read only; `write` changes them."""
        self._changed: set[Changed] = set()
        self._general = inputs.population.rank == Rank.GENERAL
        self._own: dict[str, Array] = {}
        for name, column in written.items():
            self._set(name, column.copy())

    @property
    def written(self) -> dict[str, Array]:
        """Copies of the columns that the run does not share."""
        return {name: column.copy() for name, column in self._own.items()}

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows.

        Raises
        ------
        KeyError
            Where there is no such column.
        AttributeError
            Where the army or the engine makes the column; frailty is in the thresholds, which are
            drawn at the start.
        ValueError
            Where a value is out of the column's bounds.
        """
        derived = name in COLUMNS and name not in PEOPLE_COLUMNS
        if derived or name in FROM_ENGINE or name == "frailty":
            raise AttributeError(f"{name} is not yours to set: the forces or the engine make it")
        if name not in self.values:
            raise KeyError(name)
        if np.size(value) == 0 or np.size(rows) == 0:
            return
        bounds = PEOPLE_COLUMNS.get(name, OWN_ATTRIBUTE).bounds
        for extreme in (np.min(value), np.max(value)):
            if fault := bounds.fault(float(extreme)):
                raise ValueError(f"{name}: {fault}")
        if name not in self._own:
            self._set(name, self.values[name].copy())
        self._own[name][rows] = value
        self._changed |= {
            (name, general) for general in np.atleast_1d(self._general[rows]).tolist()
        }

    def publish(self, engine: Engine, step: int) -> None:
        """Have the engine use what was written, from a step on."""
        if self._changed:
            inputs = replace(engine.inputs, columns=dict(self.values))
            engine.change_inputs(inputs, self._changed, step)
            self._changed = set()

    def _set(self, name: str, column: Array) -> None:
        self._own[name] = column
        self.values[name] = _read_only(column)


def _read_only(column: Array) -> Array:
    view = column.view()
    view.flags.writeable = False
    return view
