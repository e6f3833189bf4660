"""Outcome of a run, strength left, harms, and deserters struck off."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.events import Events
from defectsim.engine.protocol import Engine
from defectsim.model.institutions import RecordingRules
from defectsim.model.outcomes import Course, Ending, effective, ending
from defectsim.model.transitions import COUNTED_AT_END, RANKS, SERVING, STATUSES, Rank, Status
from defectsim.population.population import Population
from defectsim.population.units import NOBODY, Level, by_person

_NEVER = np.iinfo(np.int32).max
_TROOPS = [rank for rank in Rank if rank < Rank.OFFICER]


def struck_off(engine: Engine, events: Events, replicate: int, last: int) -> NDArray[np.int32]:
    """Count the deserters struck off by each date; shape (steps + 1, branches, ranks).

    Nobody is struck off after the date of number `last`: the end of the clock, or a coup.
    """
    inputs, population = engine.inputs, engine.inputs.population
    row, date = strike_off_dates(events, inputs.clock, inputs.recording)
    wanted = np.zeros(len(population), bool)
    wanted[row] = True
    drawn = by_person(population, population.seed, "recorded", replicate, wanted=wanted)
    struck = (drawn[row] < inputs.recording.share.value) & (date <= last)
    shape = (inputs.clock.steps + 1, len(population.branches), len(RANKS))
    place = (date[struck], population.branch[row[struck]], population.rank[row[struck]])
    counted = np.bincount(np.ravel_multi_index(place, shape), minlength=np.prod(shape))
    return counted.reshape(shape).cumsum(axis=0).astype(np.int32)


def strike_off_dates(
    events: Events, clock: Clock, recording: RecordingRules
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return deserters' rows, and the dates by which each could be struck off."""
    deserted = events.end == Status.DESERTED
    days = int(clock.step_days)
    due = (events.step[deserted].astype(np.int64) + 1) * days + int(recording.delay_days)
    if recording.orders is not None:
        given = sorted((order - clock.start).days for order in recording.orders)
        due = np.array([*given, _NEVER])[np.searchsorted(given, due)]
    return events.row[deserted], -(-due // days)


def recruited(engine: Engine) -> NDArray[np.float64]:
    """Count the recruits of each branch at each date; shape (steps + 1, branches).

    In a step of dt years the share 1 - (1 - recruitment)^dt of a branch's vacant posts is filled:
    those of the enlisted and the non-commissioned at the start, less those of them who serve, less
    recruits. `recruitment` is the lever as it reaches the branch's first soldier.
    """
    inputs, population = engine.inputs, engine.inputs.population
    if not inputs.calendar.moves("recruitment"):
        return np.zeros((inputs.clock.steps + 1, len(population.branches)))
    first = np.searchsorted(population.branch, np.arange(len(population.branches)))
    timeline, levers = inputs.everybody, list(inputs.calendar.levers)
    lever = timeline.values[:, :, levers.index("recruitment")][:, timeline.audience[first]]
    filled = 1.0 - (1.0 - lever) ** inputs.clock.years_per_step
    serving = engine.counts[:, :, _TROOPS][..., list(SERVING)].sum(axis=(2, 3))
    recruits = np.zeros(serving.shape)
    for step in range(len(filled)):
        vacant = np.maximum(serving[0] - serving[step] - recruits[step], 0.0)
        recruits[step + 1] = recruits[step] + filled[step] * vacant
    return recruits


def regime_ending(engine: Engine, events: Events) -> Ending:
    """Return the regime's ending; see `model.outcomes`."""
    population = engine.inputs.population
    active = population.active
    counts = engine.counts[:, active].sum(axis=(1, 2))
    generals = commanding_generals(population, active)
    led = np.isin(events.row, generals)
    change = (events.end == Status.DEFECTED).astype(np.int64) - (events.start == Status.DEFECTED)
    changes = np.bincount(events.step[led] + 1, change[led], minlength=len(counts))
    changes[0] += np.count_nonzero(engine.inputs.initial_status[generals] == Status.DEFECTED)
    return ending(
        Course(
            strength=int(counts[0].sum()),
            loyal=effective(counts) + recruited(engine)[:, active].sum(axis=1),
            defected=counts[:, Status.DEFECTED],
            generals=len(generals),
            generals_defected=changes.cumsum().astype(np.int64),
            brigade_defected=brigade_defected(population, active, engine.status),
            coup=coup_date(engine),
        )
    )


def coup_date(engine: Engine) -> int | None:
    """Return the number of the date by which an attempt succeeded, if one did."""
    succeeded = (one.decided + 1 for one in engine.attempts if one.result == "success")
    return next(succeeded, None)


def commanding_generals(population: Population, active: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return commanders of active brigades, commands and branches."""
    units = population.units
    held = (units.level >= Level.BRIGADE) & active[units.branch] & (units.commander != NOBODY)
    rows: NDArray[np.int32] = units.commander[held]
    return rows


def brigade_defected(
    population: Population, active: NDArray[np.bool_], status: NDArray[np.int8]
) -> float:
    """Return the largest share defected in a brigade of the active forces."""
    units = population.units
    within = units.ancestors[:, Level.BRIGADE][population.unit[status == Status.DEFECTED]]
    defected = np.bincount(within[within != NOBODY], minlength=len(units.level))
    manned = (units.level == Level.BRIGADE) & active[units.branch] & (units.strength > 0)
    return float(np.max(defected[manned] / units.strength[manned], initial=0.0))


def capital_share(engine: Engine) -> float | None:
    """Return the loyal share of the strength in the capital at the end.

    It is L / (L + D), where L is the effective loyal strength and D the number who have defected
    among the people whose column `capital` is 1; None where there is neither.
    """
    there = engine.status[engine.inputs.columns["capital"] == 1]
    people = np.bincount(there, minlength=len(STATUSES))
    loyal, defected = float(effective(people)), float(people[Status.DEFECTED])
    return loyal / (loyal + defected) if loyal or defected else None


def stranded(engine: Engine, events: Events) -> float:
    """Return the expected number of defectors to whom no promise was kept.

    These are people who have defected at the end, the last time at least `treatment_days` before.
    Neither reception nor amnesty reached the share (1 - received) (1 - pardoned) of them, with both
    levers as they reach each person in the last step; the number is the sum of these shares.
    """
    inputs = engine.inputs
    defected = np.flatnonzero(events.end == Status.DEFECTED)[::-1]
    rows, last = np.unique(events.row[defected], return_index=True)
    days = (inputs.clock.steps - 1 - events.step[defected[last]]) * int(inputs.clock.step_days)
    settled = days >= int(inputs.news.treatment_days)
    rows = rows[settled & (engine.status[rows] == Status.DEFECTED)]
    if len(rows) == 0:
        return 0.0
    timeline = inputs.everybody
    levers = dict(zip(inputs.calendar.levers, timeline.values[-1].T, strict=True))
    unkept = (1 - levers["received"]) * (1 - levers["pardoned"])
    return float(unkept[timeline.audience[rows]].sum())


def outcome_columns(engine: Engine, events: Events) -> dict[str, Any]:
    """Return outcome, strength left and harms, as columns of runs.parquet."""
    end, clock = regime_ending(engine, events), engine.inputs.clock
    attempts, people = engine.attempts, engine.counts[-1].sum(axis=(0, 1))
    recruits = float(recruited(engine)[-1].sum())
    loyal = effective(engine.counts[-1]).sum() + recruits
    return {
        "outcome": end.outcome,
        "fell": None if end.fell is None else clock.date(end.fell),
        "loyal_share": float(loyal / engine.counts[0].sum()),
        "recruits": round(recruits),
        "capital": capital_share(engine),
        **{name: int(people[STATUSES.index(name)]) for name in COUNTED_AT_END},
        "attempts": len(attempts),
        "failed_attempts": sum(attempt.result == "failure" for attempt in attempts),
        "casualties": sum(attempt.casualties for attempt in attempts),
        "stranded": stranded(engine, events),
    }
