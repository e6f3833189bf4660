"""The beginning of a life in cells: resistances drawn, clocks at zero; and a life that goes on in other cells.

A life begins from what it has become so far, whatever its cells: at the start of the clock nothing, later what another
engine has lived (`engine.snapshots.state`).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled.kernel import NEVER_ASKED
from defectsim.engine.compiled.layout import Army, Life
from defectsim.engine.institutions.state import NOTHING_DUE
from defectsim.engine.shared.draws import Key
from defectsim.engine.shared.hazard import CERTAIN, NEVER, harden
from defectsim.engine.shared.news import NewsLag
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.rule import NEWS_FIELDS, Rates
from defectsim.model.transitions import SERVING, STATUSES, TRANSITIONS, Status
from defectsim.population.draws import by_person
from defectsim.population.population import Population
from defectsim.population.units import NOBODY

DECIDED = Rates._fields
_BEGINNING = [
    transition for transition in DECIDED if Status.LOYAL in TRANSITIONS[transition].origins
]
_EVENTS = 4
"""Room for events, as a multiple of the number of people; more is made when it fills."""


class RunDraws(NamedTuple):
    """What a life begins from, drawn for one replicate.

    Attributes
    ----------
    resistance
        Shape (people, transitions): of the loyal, in fixed point.
    frailty
        Shape (people,).
    key
        What draws of the life itself begin from.
    """

    resistance: NDArray[np.int64]
    frailty: NDArray[np.float64]
    key: Key


def resistances(
    population: Population, frailty: NDArray[np.float64], replicate: int
) -> NDArray[np.int64]:
    """Draw each person's resistance to each transition from loyal service, in fixed point.

    Returns
    -------
    numpy.ndarray
        Shape (people, transitions), in the order of rows.
    """
    drawn = np.full((len(population), len(DECIDED)), NEVER, np.int64)
    for name in _BEGINNING:
        uniform = by_person(population, population.seed, "resistance", name, replicate)
        drawn[:, DECIDED.index(name)] = harden(uniform, frailty)
    return drawn


def handed_over(
    commander: NDArray[np.int32], leads: NDArray[np.int32], unit: int, row: int
) -> tuple[int, int]:
    """Let a person command a unit, and nobody the one that they leave; return both, the latter perhaps -1."""
    left, before = leads.item(row), commander.item(unit)
    for who, where in ((leads, before), (commander, left)):
        if where >= 0:
            who[where] = NOBODY
    commander[unit], leads[row] = row, unit
    return unit, left


def lived(life: Life, army: Army, step: int) -> EngineState:
    """Return what a life has become when a step begins: copies, which stay as they are when it goes on."""
    return EngineState(
        step=step,
        status=life.status.copy(),
        left=_left(life, army, step),
        belief=life.belief[army.cell],
        leads=life.leads.copy(),
        ties_gone=life.ties_gone.copy(),
        commander=life.commander.copy(),
        stands=life.stands.copy(),
        memory=life.memory.copy(),
        counts=life.counts[: step + 1].copy(),
        doubting=life.doubting[: step + 1].copy(),
        events=life.events[: life.tally[0]].copy(),
    )


def begin(before: EngineState, army: Army, draws: RunDraws, news_lag: NewsLag, steps: int) -> Life:
    """Return a life of `steps` steps in which there has been what there has been before."""
    people, events = len(before.status), len(before.events)
    room = np.empty((events + _EVENTS * people, 5), np.int32)
    room[:events] = before.events
    return Life(
        key=np.array(draws.key, np.int64),
        weight=news_lag.weight,
        delay=np.array([news_lag.delay], np.int64),
        memory=before.memory.copy(),
        call=np.array([NOTHING_DUE], np.int64),
        status=before.status.copy(),
        frailty=draws.frailty,
        leads=before.leads.copy(),
        commander=before.commander.copy(),
        **_in_rooms(before.left, before.status, army, before.step),
        serving=np.bincount(before.status, minlength=len(STATUSES))[: len(SERVING)].astype(
            np.int64
        ),
        belief=before.belief[army.member[army.first[:-1]]],
        doubting_now=before.doubting[-1].copy(),
        doubting=_to_the_end(before.doubting, steps),
        stands=before.stands.copy(),
        changes=np.zeros(len(army.parent), np.int64),
        heard=np.zeros(len(NEWS_FIELDS)),
        ties_gone=before.ties_gone.copy(),
        counts=_to_the_end(before.counts, steps),
        events=room,
        tally=np.full(2, events, np.int64),
        fault=np.zeros(2, np.int64),
    )


def _to_the_end(so_far: NDArray[np.int32], steps: int) -> NDArray[np.int32]:
    """Return what was counted at each date so far with room for all dates of a clock."""
    counted = np.zeros((steps + 1, *so_far.shape[1:]), np.int32)
    counted[: len(so_far)] = so_far
    return counted


def _in_rooms(
    left: NDArray[np.int64], status: NDArray[np.int8], army: Army, step: int
) -> dict[str, Any]:
    """Return those parts of a life that are kept by rooms; clocks begin at `step`, with what is left of resistances."""
    resistance = left.take(army.member, axis=0)
    lowest, present = _rooms(resistance, status[army.member], army)
    rooms = len(present)
    return {
        "resistance": resistance,
        "clock": np.zeros((rooms, len(DECIDED)), np.int64),
        "increment": np.zeros((rooms, len(DECIDED)), np.int64),
        "lowest": lowest,
        "since": np.full(rooms, step, np.int32),
        "wake": np.zeros(rooms, np.int32),
        "present": present,
        "asked": np.full(rooms, NEVER_ASKED, np.int64),
        "due": np.empty(rooms, np.int32),
    }


def _rooms(
    resistance: NDArray[np.int64], status: NDArray[np.int8], army: Army
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the lowest resistances and the number of people of each room, from those of places."""
    cells = len(army.kind)
    lowest = np.full((len(SERVING) * cells, len(DECIDED)), NEVER, np.int64)
    present = np.zeros(len(SERVING) * cells, np.int32)
    for serving in SERVING:
        here, rooms = status == serving, slice(serving * cells, (serving + 1) * cells)
        if here.any():
            waiting = resistance if here.all() else np.where(here[:, None], resistance, NEVER)
            np.minimum.reduceat(waiting, army.first[:-1], axis=0, out=lowest[rooms])
            np.add.reduceat(here, army.first[:-1], dtype=np.int32, out=present[rooms])
    return lowest, present


def regrouped(life: Life, old: Army, new: Army, step: int) -> Life:
    """Return a life in other cells: clocks start again at `step`, and resistances are what was left of them."""
    belief = life.belief[old.cell[new.member[new.first[:-1]]]]
    return life._replace(**_in_rooms(_left(life, old, step), life.status, new, step), belief=belief)


def believes_as_one(army: Army, belief: NDArray[np.float64]) -> bool:
    """Say whether those of each cell believe the same; `belief` is each person's."""
    ordered = belief[army.member]
    return bool((ordered == np.repeat(ordered[army.first[:-1]], np.diff(army.first))).all())


def _left(life: Life, army: Army, step: int) -> NDArray[np.int64]:
    """Return what is left of each resistance when a step begins, in the order of rows; `NEVER` for who has left."""
    with_steps = life.increment.astype(np.float64) * (step - life.since)[:, None]
    moved = life.increment * np.where(with_steps < NEVER, (step - life.since)[:, None], 0)
    clock = np.where(with_steps < NEVER, np.minimum(life.clock + moved, CERTAIN), CERTAIN)
    serves = np.isin(life.status, SERVING)
    room = np.where(serves, life.status, 0).astype(np.int64) * len(army.kind) + army.cell
    resistance = life.resistance.take(army.place, axis=0)
    return np.where(serves[:, None] & (resistance != NEVER), resistance - clock[room], NEVER)


def with_room(life: Life) -> Life:
    """Return a life with room for the events of some more steps."""
    filled = life.events[: life.tally[0]]
    return life._replace(events=np.concatenate([filled, np.empty_like(life.events)]))
