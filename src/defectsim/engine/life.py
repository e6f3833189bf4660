"""The start of a life: resistances drawn, clocks at zero."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.behaviour.rule import SEEN_BY_ALL, Rates
from defectsim.core.statuses import SERVING, STATUSES, WAYS, Status
from defectsim.engine.army import Army, Life
from defectsim.engine.draws import Key
from defectsim.engine.fixed import CERTAIN, NEVER, harden
from defectsim.engine.kernel import NEVER_ASKED
from defectsim.engine.news import Ears
from defectsim.population.population import Population
from defectsim.population.streams import by_person
from defectsim.population.units import NOBODY

DECIDED = Rates._fields
_BEGINNING = [way for way in DECIDED if Status.LOYAL in WAYS[way].start]
NO_CALL = 2**40
_EVENTS = 4
"""Room for events, as a multiple of the number of people; more is made when it fills."""


class Draws(NamedTuple):
    """What a life begins from, drawn for one replicate.

    Attributes
    ----------
    resistance
        Shape (people, ways): of the loyal, in fixed point.
    frailty
        Shape (people,).
    key
        What draws of the life itself begin from.
    """

    resistance: NDArray[np.int64]
    frailty: NDArray[np.float64]
    key: Key


def resistances(population: Population, frailty: NDArray[np.float64], replicate: int) -> NDArray[np.int64]:
    """Draw each person's resistance to each way out of loyal service, in fixed point.

    Returns
    -------
    numpy.ndarray
        Shape (people, ways), in the order of rows.
    """
    drawn = np.full((len(population), len(DECIDED)), NEVER, np.int64)
    for name in _BEGINNING:
        uniform = by_person(population.order, population.seed, "resistance", name, replicate)
        drawn[:, DECIDED.index(name)] = harden(uniform, frailty)
    return drawn


def commands(population: Population) -> NDArray[np.int32]:
    """Return the unit that each person commands at the start, or NOBODY; shape (people,)."""
    own = population.units.commander[population.unit] == np.arange(len(population))
    return np.where(own, population.unit, NOBODY).astype(np.int32)


def handed_over(commander: NDArray[np.int32], leads: NDArray[np.int32], unit: int, row: int) -> tuple[int, int]:
    """Let a person command a unit, and nobody the one that they leave; return both, the latter perhaps -1."""
    left, before = leads.item(row), commander.item(unit)
    for who, where in ((leads, before), (commander, left)):
        if where >= 0:
            who[where] = NOBODY
    commander[unit], leads[row] = row, unit
    return unit, left


def starting_counts(population: Population, steps: int) -> NDArray[np.int32]:
    """Return people by date, branch, rank and status, with the first date filled: everybody is loyal."""
    counts = np.zeros((steps + 1, *population.strength.shape, len(STATUSES)), np.int32)
    counts[0, :, :, Status.LOYAL] = population.strength
    return counts


def starting_stands(population: Population) -> NDArray[np.int32]:
    """Return people by status and unit: everybody is loyal."""
    stands = np.zeros((len(STATUSES), len(population.units.level)), np.int32)
    stands[Status.LOYAL] = population.units.strength
    return stands


def begin(population: Population, army: Army, draws: Draws, ears: Ears, steps: int) -> Life:
    """Return a life of `steps` steps in which nothing has happened yet."""
    people, cells, ways = len(population), len(army.kind), len(DECIDED)
    rooms = cells * len(SERVING)
    ordered = draws.resistance[army.member]
    lowest, present = _rooms(ordered, np.zeros(people, np.int8), army)
    return Life(
        key=np.array(draws.key, np.int64),
        weight=ears.weight,
        delay=np.array([ears.delay], np.int64),
        memory=np.zeros(4),
        call=np.array([NO_CALL], np.int64),
        status=np.full(people, Status.LOYAL, np.int8),
        frailty=draws.frailty,
        leads=commands(population),
        commander=population.units.commander.copy(),
        resistance=ordered,
        clock=np.zeros((rooms, ways), np.int64),
        increment=np.zeros((rooms, ways), np.int64),
        lowest=lowest,
        since=np.zeros(rooms, np.int32),
        wake=np.zeros(rooms, np.int32),
        present=present,
        serving=np.array([people, 0, 0], np.int64),
        asked=np.full(rooms, NEVER_ASKED, np.int64),
        due=np.empty(rooms, np.int32),
        belief=np.ones(cells),
        doubting_now=np.zeros(population.strength.shape, np.int32),
        doubting=np.zeros((steps + 1, *population.strength.shape), np.int32),
        stands=starting_stands(population),
        changes=np.zeros(len(army.parent), np.int64),
        heard=np.zeros(len(SEEN_BY_ALL)),
        ties_gone=np.zeros(people, np.int32),
        counts=starting_counts(population, steps),
        events=np.empty((_EVENTS * people, 5), np.int32),
        tally=np.zeros(2, np.int64),
        fault=np.zeros(2, np.int64),
    )


def _rooms(
    resistance: NDArray[np.int64], status: NDArray[np.int8], army: Army
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the lowest resistances and the number of people of each room, from those of places."""
    lowest, present = [], []
    for serving in SERVING:
        here = status == serving
        waiting = np.where(here[:, None], resistance, NEVER) if not here.all() else resistance
        lowest.append(np.minimum.reduceat(waiting, army.first[:-1], axis=0))
        present.append(np.add.reduceat(here.astype(np.int32), army.first[:-1], dtype=np.int32))
    return np.concatenate(lowest), np.concatenate(present)


def regrouped(life: Life, old: Army, new: Army, step: int) -> Life:
    """Return a life in other cells: clocks start again at `step`, and resistances are what was left of them."""
    with_steps = life.increment.astype(np.float64) * (step - life.since)[:, None]
    moved = life.increment * np.where(with_steps < NEVER, (step - life.since)[:, None], 0)
    clock = np.where(with_steps < NEVER, np.minimum(life.clock + moved, CERTAIN), CERTAIN)
    room = np.where(life.status < len(SERVING), life.status, 0).astype(np.int64) * len(old.kind) + old.cell
    resistance = life.resistance[old.place]
    left = np.where(resistance == NEVER, NEVER, resistance - clock[room])
    ordered = left[new.member]
    lowest, present = _rooms(ordered, life.status[new.member], new)
    rooms = len(present)
    return life._replace(
        resistance=ordered,
        clock=np.zeros((rooms, len(DECIDED)), np.int64),
        increment=np.zeros((rooms, len(DECIDED)), np.int64),
        lowest=lowest,
        since=np.full(rooms, step, np.int32),
        wake=np.zeros(rooms, np.int32),
        present=present,
        asked=np.full(rooms, NEVER_ASKED, np.int64),
        due=np.empty(rooms, np.int32),
        belief=life.belief[old.cell[new.member[new.first[:-1]]]],
    )


def with_room(life: Life) -> Life:
    """Return a life with room for the events of some more steps."""
    filled = life.events[: life.tally[0]]
    return life._replace(events=np.concatenate([filled, np.empty_like(life.events)]))
