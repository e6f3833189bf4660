"""Columns of one run, shared with the study's other runs until somebody writes them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from defectsim.core.errors import nearest
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Changed, Engine
from defectsim.model.person import COLUMNS, OWN_ATTRIBUTE, PEOPLE_COLUMNS, Array
from defectsim.model.rule import TIES
from defectsim.model.transitions import Rank

FROM_ENGINE = ("status", "belief", *TIES)
"""Columns that the engine keeps."""
FROM_FORCES = ("branch", "unit")
"""Columns of codes of which people, as agents, have the names."""


class RunColumns:
    """The columns of one run, some of which it may have written before."""

    def __init__(self, inputs: RunInputs, written: Mapping[str, Array]) -> None:
        self._own = {name: column.copy() for name, column in written.items()}
        self.values = inputs.columns.replaced(self._own)
        """The columns as they stand; `write` changes them."""
        self._unpublished: set[str] = set()
        self._changed: set[Changed] = set()
        self._general = inputs.population.rank == Rank.GENERAL

    @property
    def written(self) -> dict[str, Array]:
        """Copies of the columns that the run does not share."""
        return {name: column.copy() for name, column in self._own.items()}

    def write(self, name: str, rows: Any, value: Any, now: Callable[[str], Array]) -> None:
        """Change a column for some rows; `now` returns one as it stands.

        Raises
        ------
        KeyError
            Where there is no such column.
        AttributeError
            Where the army or the engine makes the column; frailty is in the thresholds, which are
            drawn at the start.
        TypeError, ValueError
            Where a value is no number, or out of the column's bounds.
        """
        derived = name in COLUMNS and name not in PEOPLE_COLUMNS
        if derived or name in (*FROM_ENGINE, *FROM_FORCES, "frailty"):
            raise AttributeError(f"{name} is not yours to set: the forces or the engine make it")
        if name not in self.values:
            raise KeyError(f"there is no column {name!r}{nearest(name, self.values)}")
        if np.asarray(value).dtype.kind not in "biuf":
            raise TypeError(f"{name}: must be a number, or one for each, not {repr(value)[:100]}")
        if np.size(value) == 0 or np.size(rows) == 0:
            return
        bounds = PEOPLE_COLUMNS.get(name, OWN_ATTRIBUTE).bounds
        for extreme in (np.min(value), np.max(value)):
            if fault := bounds.fault(float(extreme)):
                raise ValueError(f"{name}: {fault}")
        if name not in self._unpublished:  # the engine still reads what was published
            self._own[name] = now(name).copy()
            self._unpublished.add(name)
            self.values = self.values.replaced(self._own)
        self._own[name][rows] = value
        self._changed |= {
            (name, general) for general in np.atleast_1d(self._general[rows]).tolist()
        }

    def waits(self, name: str) -> bool:
        """Check whether a column was written, and the engine has still to use it."""
        return name in self._unpublished

    def publish(self, engine: Engine, step: int) -> None:
        """Have the engine use what was written, from a step on."""
        if self._changed:
            inputs = replace(engine.inputs, columns=self.values)
            engine.change_inputs(inputs, self._changed, step)
            self._changed, self._unpublished = set(), set()
