"""The state of a run in cohorts: begun, regrouped, and taken as part of a snapshot."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled.kernel import NEVER_ASKED
from defectsim.engine.compiled.layout import (
    CONTROL,
    Army,
    CompiledState,
    RuleArguments,
    RuleParameters,
)
from defectsim.engine.events import EVENT, AttemptMemory
from defectsim.engine.hazard import CERTAIN, NEVER
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.state import NOTHING_DUE
from defectsim.engine.protocol import Engine
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.transitions import DECIDED, SERVING, STATUSES

_EVENTS = 4
"""Room for events, as a multiple of the number of people; more is made when it fills."""


def begin_state(engine: Engine, before: EngineState, army: Army) -> CompiledState:
    """Return the state of a run that goes on from an engine's state."""
    people, known = len(before.status), len(before.events)
    events = np.empty(known + _EVENTS * people, EVENT)
    events[:known] = before.events
    control = np.zeros(1, CONTROL).view(np.recarray)[0]
    control.next_institution_step = NOTHING_DUE
    control.event_count = control.settled_events = known
    serving = np.bincount(before.status, minlength=len(STATUSES))[: len(SERVING)]
    return CompiledState(
        control=control,
        key=engine.inputs.key,
        frailty=engine.inputs.frailty,
        status=engine.status,
        leads=engine.leads,
        commander=engine.commander,
        **_strata(before.remaining_threshold, before.status, army, before.step),
        serving=serving.astype(np.int64),
        belief=before.belief[army.one_of_each],
        doubting_now=before.doubting[-1].copy(),
        doubting=engine.doubting,
        unit_counts=engine.unit_counts,
        unit_changes=np.zeros(len(army.parent), np.int64),
        defected_ties=before.defected_ties.copy(),
        counts=engine.counts,
        events=events,
    )


def _strata(
    remaining: NDArray[np.int64], status: NDArray[np.int8], army: Army, step: int
) -> dict[str, Any]:
    """Return the parts of a state that are kept by strata, with hazards that begin at `step`."""
    threshold = remaining.take(army.member, axis=0)
    min_threshold, present = _lowest(threshold, status[army.member], army)
    strata = len(present)
    return {
        "threshold": threshold,
        "cumulative_hazard": np.zeros((strata, len(DECIDED)), np.int64),
        "hazard_per_step": np.zeros((strata, len(DECIDED)), np.int64),
        "min_threshold": min_threshold,
        "since": np.full(strata, step, np.int32),
        "next_due_step": np.zeros(strata, np.int32),
        "present": present,
        "asked": np.full(strata, NEVER_ASKED, np.int64),
        "due": np.empty(strata, np.int32),
    }


def _lowest(
    threshold: NDArray[np.int64], status: NDArray[np.int8], army: Army
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the lowest thresholds, and the number of people, of each stratum."""
    cohorts = len(army.general)
    lowest = np.full((len(SERVING) * cohorts, len(DECIDED)), NEVER, np.int64)
    present = np.zeros(len(SERVING) * cohorts, np.int32)
    for serving in SERVING:
        here, strata = status == serving, slice(serving * cohorts, (serving + 1) * cohorts)
        if here.any():
            waiting = threshold if here.all() else np.where(here[:, None], threshold, NEVER)
            np.minimum.reduceat(waiting, army.first[:-1], axis=0, out=lowest[strata])
            np.add.reduceat(here, army.first[:-1], dtype=np.int32, out=present[strata])
    return lowest, present


def regrouped(state: CompiledState, old: Army, new: Army, step: int) -> CompiledState:
    """Return a state in other cohorts: hazards begin at `step` with the remaining thresholds."""
    belief = state.belief[old.cohort[new.one_of_each]]
    remaining = remaining_threshold(state, old, step)
    return state._replace(**_strata(remaining, state.status, new, step), belief=belief)


def believes_as_one(army: Army, belief: NDArray[np.float64]) -> bool:
    """Return whether those of each cohort believe the same; `belief` is each person's."""
    ordered = belief[army.member]
    return bool((ordered == np.repeat(ordered[army.first[:-1]], np.diff(army.first))).all())


def remaining_threshold(state: CompiledState, army: Army, step: int) -> NDArray[np.int64]:
    """Return what remains of each threshold, by row; `NEVER` for those who have left."""
    steps = (step - state.since)[:, None]
    bounded = state.hazard_per_step.astype(np.float64) * steps < NEVER
    added = state.hazard_per_step * np.where(bounded, steps, 0)
    cumulative = np.where(bounded, np.minimum(state.cumulative_hazard + added, CERTAIN), CERTAIN)
    serves = np.isin(state.status, SERVING)
    status = np.where(serves, state.status, 0).astype(np.int64)
    stratum = status * len(army.general) + army.cohort
    threshold = state.threshold.take(army.place, axis=0)
    waits = serves[:, None] & (threshold != NEVER)
    return np.where(waits, threshold - cumulative[stratum], NEVER)


def rule_arguments(inputs: RunInputs, army: Army, belief: NDArray[np.float64]) -> RuleArguments:
    """Return what rules are asked with in a run, for the cohorts of its army."""
    columns = {name: column for name, column in inputs.columns.items() if name != "frailty"}
    fields = [(name, column.dtype) for name, column in columns.items()]
    own = [("ties_defected", np.float64), ("status", np.int64), ("belief", np.float64)]
    rows = army.one_of_each
    agents = np.empty(len(rows), np.dtype([*fields, *own], align=True))
    for name, column in columns.items():
        agents[name] = column[rows]
    agents["belief"] = belief
    timeline, decisions, levers = inputs.timeline(rows), inputs.decisions, inputs.calendar.levers
    country = np.zeros(timeline.values.shape[1], _record(*NEWS_FIELDS, *levers))
    deciders = [decisions.reads("soldier"), decisions.reads("general")]
    read = frozenset().union(*deciders, decisions.reads("belief") if decisions.believes else ())
    return RuleArguments(
        agents=agents,
        audience=timeline.audience,
        levers=timeline.values,
        country=country,
        country_values=country.view(np.float64).reshape(len(country), -1),
        country_read=np.array([name in read for name in (*NEWS_FIELDS, *levers)]),
        statuses_read=np.array([status in read for status in STATUSES]),
        ties_read=np.array(["ties_defected" in names for names in deciders]),
        parameters=RuleParameters(
            **{who: _parameters(decisions.of(who).p) for who in decisions.compiled},
            years=inputs.clock.years_per_step,
        ),
        news_lag=inputs.news_lag,
        memory=AttemptMemory(),
    )


@cache
def record_type(*names: str) -> np.dtype[np.void]:
    """Return the type of a record of numbers; its title keeps it apart from longer ones.

    Numba takes a record that begins with the fields of another for a subtype of that one.
    """
    first = [((f"fields_{len(names)}", name), np.float64) for name in names[:1]]
    return np.dtype([*first, *((name, np.float64) for name in names[1:])])


def _parameters(values: Any) -> Any:
    """Return the parameters of a rule as one record of floating-point numbers."""
    record = np.zeros(1, record_type(*values._fields))
    for name, value in values._asdict().items():
        record[name] = value
    return record[0]
