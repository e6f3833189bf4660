"""Who is struck off the rolls, and when: deserters become known late, and not all of them.

A deserter gone since date d is struck off by the first order of a date >= d + `delay_days`, if the number u in [0, 1)
drawn for them is below `share`; where the scenario has no orders, by d + `delay_days` itself. So whoever is struck off
at a smaller share, or after a longer delay, is so at a larger or shorter one too.
"""

import numpy as np
from numpy.typing import NDArray

from defectsim.behaviour.institutions import Recording
from defectsim.core.clock import Clock
from defectsim.core.statuses import RANKS, Status
from defectsim.engine.setting import Engine, Events
from defectsim.population.streams import by_person

_NEVER = np.iinfo(np.int32).max


def struck_off(engine: Engine, events: Events, replicate: int, last: int) -> NDArray[np.int32]:
    """Count the deserters who have been struck off by each date.

    Parameters
    ----------
    events
        The life's events.
    last
        The number of the last date at which anybody is struck off: the end of the clock, or the fall to a coup.

    Returns
    -------
    numpy.ndarray
        Shape (steps + 1, branches, ranks), never falling from one date to the next.
    """
    setting, population = engine.setting, engine.setting.population
    row, date = struck(events, setting.clock, setting.recording)
    wanted = np.zeros(len(population), bool)
    wanted[row] = True
    drawn = by_person(population.order, population.seed, "recorded", replicate, wanted=wanted)
    kept = (drawn[row] < setting.recording.share.value) & (date <= last)
    shape = (setting.clock.steps + 1, len(population.branches), len(RANKS))
    place = (date[kept], population.branch[row[kept]], population.rank[row[kept]])
    counted = np.bincount(np.ravel_multi_index(place, shape), minlength=np.prod(shape))
    return counted.reshape(shape).cumsum(axis=0).astype(np.int32)


def struck(events: Events, clock: Clock, recording: Recording) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the rows of the deserters, and the number of the date by which each could be struck off."""
    deserted = events.end == Status.DESERTED
    days = int(clock.step_days)
    due = (events.step[deserted].astype(np.int64) + 1) * days + int(recording.delay_days)
    if recording.orders is not None:
        given = sorted((order - clock.start).days for order in recording.orders)
        due = np.array([*given, _NEVER])[np.searchsorted(given, due)]
    return events.row[deserted], -(-due // days)
