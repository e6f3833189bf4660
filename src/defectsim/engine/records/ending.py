"""What came of one life: the outcome, the strength that is left, and whom it harmed."""

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.inputs import Engine, Events
from defectsim.model.institutions import RecordingRules
from defectsim.model.outcomes import Course, Ending, effective, ending
from defectsim.model.transitions import COUNTED_AT_END, RANKS, SERVING, STATUSES, Rank, Status
from defectsim.population.draws import by_person
from defectsim.population.population import Population
from defectsim.population.units import NOBODY, Level

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
    inputs, population = engine.inputs, engine.inputs.population
    row, date = struck(events, inputs.clock, inputs.recording)
    wanted = np.zeros(len(population), bool)
    wanted[row] = True
    drawn = by_person(population, population.seed, "recorded", replicate, wanted=wanted)
    kept = (drawn[row] < inputs.recording.share.value) & (date <= last)
    shape = (inputs.clock.steps + 1, len(population.branches), len(RANKS))
    place = (date[kept], population.branch[row[kept]], population.rank[row[kept]])
    counted = np.bincount(np.ravel_multi_index(place, shape), minlength=np.prod(shape))
    return counted.reshape(shape).cumsum(axis=0).astype(np.int32)


def struck(
    events: Events, clock: Clock, recording: RecordingRules
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the rows of the deserters, and the number of the date by which each could be struck off."""
    deserted = events.end == Status.DESERTED
    days = int(clock.step_days)
    due = (events.step[deserted].astype(np.int64) + 1) * days + int(recording.delay_days)
    if recording.orders is not None:
        given = sorted((order - clock.start).days for order in recording.orders)
        due = np.array([*given, _NEVER])[np.searchsorted(given, due)]
    return events.row[deserted], -(-due // days)


_TROOPS = [rank for rank in Rank if rank < Rank.OFFICER]


def recruited(engine: Engine) -> NDArray[np.float64]:
    """Count the recruits of each branch at each date.

    In a step of dt years the share 1 - (1 - recruitment)^dt of a branch's vacant posts is filled: those of the enlisted
    and the non-commissioned at the start, less who of them serves, less the recruits that there are. `recruitment` is
    the lever as it reaches the branch's first soldier.

    Returns
    -------
    numpy.ndarray
        Shape (steps + 1, branches), in people.
    """
    inputs, population = engine.inputs, engine.inputs.population
    if not inputs.calendar.moves("recruitment"):
        return np.zeros((inputs.clock.steps + 1, len(population.branches)))
    first = np.searchsorted(population.branch, np.arange(len(population.branches))).astype(np.int32)
    timeline = inputs.timeline(first)
    lever = timeline.values[:, :, list(inputs.calendar.levers).index("recruitment")][
        :, timeline.audience
    ]
    filled = 1.0 - (1.0 - lever) ** inputs.clock.years_per_step
    serving = engine.counts[:, :, _TROOPS][..., list(SERVING)].sum(axis=(2, 3))
    recruits = np.zeros(serving.shape)
    for step in range(len(filled)):
        vacant = np.maximum(serving[0] - serving[step] - recruits[step], 0.0)
        recruits[step + 1] = recruits[step] + filled[step] * vacant
    return recruits


def ended(engine: Engine, events: Events) -> Ending:
    """Return what became of the regime; see `model.outcomes`."""
    population = engine.inputs.population
    active = population.active
    counts = engine.counts[:, active].sum(axis=(1, 2))
    commands = commanding(population, active)
    leads = np.zeros(len(population), bool)
    leads[commands] = True
    led = leads[events.row]
    change = (events.end == Status.DEFECTED).astype(np.int64) - (events.start == Status.DEFECTED)
    over = (
        np.bincount(events.step[led] + 1, change[led], minlength=len(counts))
        .cumsum()
        .astype(np.int64)
    )
    return ending(
        Course(
            strength=int(counts[0].sum()),
            loyal=effective(counts) + recruited(engine)[:, active].sum(axis=1),
            defected=counts[:, Status.DEFECTED],
            commanders=len(commands),
            commanders_over=over,
            brigade_over=brigade_over(population, active, engine.status),
            coup=coup(engine),
        )
    )


def coup(engine: Engine) -> int | None:
    """Return the number of the date by which an attempt succeeded, if one did."""
    return next(
        (attempt.decided + 1 for attempt in engine.attempts if attempt.result == "success"), None
    )


def commanding(population: Population, active: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the rows of the commanding generals: of brigades, commands and branches of the active forces."""
    units = population.units
    held = (units.level >= Level.BRIGADE) & active[units.branch] & (units.commander != NOBODY)
    rows: NDArray[np.int32] = units.commander[held]
    return rows


def brigade_over(
    population: Population, active: NDArray[np.bool_], status: NDArray[np.int8]
) -> float:
    """Return the share that stands as defected in the brigade of the active forces where it is largest."""
    units = population.units
    within = units.brigade[population.unit[status == Status.DEFECTED]]
    over = np.bincount(within[within != NOBODY], minlength=len(units.level))
    manned = (units.level == Level.BRIGADE) & active[units.branch] & (units.strength > 0)
    return float(np.max(over[manned] / units.strength[manned], initial=0.0))


def loyal_share(engine: Engine, recruits: float) -> float:
    """Return the effective loyal strength of all forces at the end, recruits included, over the people at the start."""
    return float((effective(engine.counts[-1]).sum() + recruits) / engine.counts[0].sum())


def capital(engine: Engine) -> float | None:
    """Return the share of the effective strength in the capital that serves the ruler at the end.

    It is L / (L + D), where L is the effective loyal strength and D how many stand as defected among the people whose
    column `capital` is 1; None where there is neither.
    """
    there = engine.status[engine.inputs.columns["capital"] == 1]
    people = np.bincount(there, minlength=len(STATUSES))
    loyal = float(effective(people))
    return (
        loyal / (loyal + float(people[Status.DEFECTED]))
        if loyal or people[Status.DEFECTED]
        else None
    )


def stranded(engine: Engine, events: Events) -> float:
    """Return how many defectors are expected to be left with no promise kept.

    These are they who stand as defected at the end and went over, the last time, at least `treatment_days` before. Of
    them neither reception nor amnesty reached the share (1 - received) (1 - pardoned), where both levers are taken as
    they reach each person in the last step; the number is the sum of these shares.
    """
    inputs = engine.inputs
    over = events.end == Status.DEFECTED
    since = np.full(len(engine.status), inputs.clock.steps + 1)
    since[events.row[over]] = events.step[over] + 1
    days = (inputs.clock.steps - since) * int(inputs.clock.step_days)
    rows = np.flatnonzero(
        (engine.status == Status.DEFECTED) & (days >= int(inputs.news.treatment_days))
    )
    if len(rows) == 0:
        return 0.0
    timeline = inputs.timeline(rows.astype(np.int32))
    levers = list(inputs.calendar.levers)
    received, pardoned = (
        timeline.values[-1, :, levers.index(name)] for name in ("received", "pardoned")
    )
    return float(((1 - received) * (1 - pardoned))[timeline.audience].sum())


def outcome_columns(engine: Engine, events: Events, end: Ending) -> dict[str, Any]:
    """Return the outcome, the strength that is left and the harms, as columns of runs.parquet."""
    attempts, people = engine.attempts, engine.counts[-1].sum(axis=(0, 1))
    recruits = float(recruited(engine)[-1].sum())
    fell: dt.date | None = None if end.fell is None else engine.inputs.clock.date(end.fell)
    return {
        "outcome": end.outcome,
        "fell": fell,
        "loyal_share": loyal_share(engine, recruits),
        "recruits": round(recruits),
        "capital": capital(engine),
        **{name: int(people[STATUSES.index(name)]) for name in COUNTED_AT_END},
        "attempts": len(attempts),
        "failed_attempts": sum(attempt.result == "failure" for attempt in attempts),
        "casualties": sum(attempt.casualties for attempt in attempts),
        "stranded": stranded(engine, events),
    }
