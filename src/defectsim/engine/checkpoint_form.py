"""The state of a life as plain arrays and as data for JSON, and back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from defectsim.behaviour.rule import Rates
from defectsim.core.statuses import CAUSES, STATUSES, WAYS
from defectsim.engine.checkpoint_header import Header
from defectsim.engine.lived import Lived
from defectsim.engine.setting import Attempt, Observation
from defectsim.engine.state import State
from defectsim.population.columns import Array
from defectsim.population.population import Population
from defectsim.population.units import NOBODY

_COLUMN = "column."

type Arrays = Mapping[str, Array]


def taken_apart(state: State) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what of a state is plain data, and its arrays by name."""
    lived = state.lived._asdict()
    data = {
        "seed": state.seed,
        "replicate": state.replicate,
        "step": lived.pop("step"),
        "attempts": state.attempts,
        "observations": [(one.date.isoformat(), *one[1:]) for one in state.observations],
        "started": {name: date.isoformat() for name, date in state.started.items()},
        "court": state.court,
        "leaving": state.leaving,
    }
    return data, {**lived, **{_COLUMN + name: column for name, column in state.columns.items()}}


def put_together(header: Header, arrays: Arrays) -> State:
    """Return the state that was taken apart so."""
    columns = {name.removeprefix(_COLUMN): array for name, array in arrays.items() if name.startswith(_COLUMN)}
    lived = {name: array for name, array in arrays.items() if not name.startswith(_COLUMN)}
    return State(
        seed=header.seed,
        replicate=header.replicate,
        lived=Lived(step=header.step, **lived),
        columns=columns,
        attempts=tuple(Attempt(*one) for one in header.attempts),
        observations=tuple(Observation(*one) for one in header.observations),
        started=header.started,
        court=header.court.model_dump(),
        leaving=header.leaving,
    )


class _Form(NamedTuple):
    """What an array must be: its type, its shape, and bounds of what is in it, the upper not included."""

    kind: type[Any]
    shape: tuple[int, ...]
    low: float | None = None
    high: float | tuple[int, ...] | None = None

    def holds(self, array: Array) -> bool:
        if array.dtype != self.kind or array.shape != self.shape:
            return False
        return self.low is None or bool(((array >= self.low) & (array < np.asarray(self.high))).all())


def misfits(arrays: Arrays, step: int, population: Population) -> list[str]:
    """Return the names of arrays that cannot be those of an army when a step begins, or are missing.

    Compiled steps look people and units up by them, and would reach beyond the army.
    """
    forms = _forms(population, step, np.size(arrays.get("events", ())) // 5)
    own = {_COLUMN + name: _Form(np.float64, (len(population),)) for name in population.said}
    known = {**forms, **own}
    wrong = [name for name, array in arrays.items() if name not in known or not known[name].holds(array)]
    return [*wrong, *(name for name in forms if name not in arrays)]


def _forms(population: Population, step: int, events: int) -> dict[str, _Form]:
    people, units, counted = len(population), len(population.units.level), (step + 1, *population.strength.shape)
    return {
        "status": _Form(np.int8, (people,), 0, len(STATUSES)),
        "left": _Form(np.int64, (people, len(Rates._fields))),
        "belief": _Form(np.float64, (people,), 0, np.nextafter(1, 2)),
        "leads": _Form(np.int32, (people,), NOBODY, units),
        "ties_gone": _Form(np.int32, (people,), 0, len(population.ties.indices) + 1),
        "commander": _Form(np.int32, (units,), NOBODY, people),
        "stands": _Form(np.int32, (len(STATUSES), units), 0, people + 1),
        "memory": _Form(np.float64, (4,), 0, np.inf),
        "counts": _Form(np.int32, (*counted, len(STATUSES)), 0, people + 1),
        "doubting": _Form(np.int32, counted, 0, people + 1),
        "events": _Form(np.int32, (events, 5), 0, (step, people, len(WAYS), len(CAUSES), len(STATUSES))),
    }
