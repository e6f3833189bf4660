"""Arrays of the compiled engine: people in cohorts, arguments of rules, and the state of a run."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import kernel
from defectsim.engine.compiled.batches import RuleBatch
from defectsim.engine.events import EVENT, AttemptMemory
from defectsim.engine.hazard import CERTAIN, NEVER
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.state import NOTHING_DUE
from defectsim.engine.news import NewsLag
from defectsim.engine.protocol import Engine
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.transitions import DECIDED, SERVING, STATUSES, Status

Bytes = NDArray[np.int8]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Records = NDArray[np.void]


@cache
def record_type(*names: str) -> np.dtype[np.void]:
    """Return the type of a record of numbers; its title keeps it apart from longer ones.

    Numba takes a record that begins with the fields of another for a subtype of that one.
    """
    first = [((f"fields_{len(names)}", name), np.float64) for name in names[:1]]
    return np.dtype([*first, *((name, np.float64) for name in names[1:])])


_NUMBERS = "next_institution_step event_count settled_events due_count error_cohort error_code"
CONTROL = np.dtype([(name, np.int64) for name in _NUMBERS.split()], align=True)
"""Numbers that compiled phases hand to each other and to Python.

`next_institution_step` is the first step before which institutions must step again,
`settled_events` the number of events before this step, `due_count` that of strata in which a
threshold is passed in it. `error_code` is 0, or tells which result of `error_cohort` is invalid;
see `engine.compiled.kernel`.
"""

_HAZARD = np.dtype(
    [("cumulative", np.int64), ("per_step", np.int64), ("lowest", np.int64)], align=True
)
STRATUM = np.dtype([("since", np.int64), ("hazards", _HAZARD, (len(DECIDED),))], align=True)
"""A stratum: its cumulative hazards as they were when step `since` began, what each step adds to
them, and the lowest threshold of those present, or a lower number.
"""
UNIT = record_type("deserted", "defected", "shirking", "commander_deserted", "commander_defected")
"""Perceived parts of a unit: shares of its strength, and whether its commander has left."""
MOVE = np.dtype([("place", np.int32), ("cohort", np.int32)], align=True)
"""Place and cohort of somebody with an event."""


class Army(NamedTuple):
    """The people, their cohorts and their units; the same for all replicates.

    A cohort is a set of people who are alike in everything that their rules read, in the same unit,
    under the same command, reached by the same policies. Those of them who have one status form a
    *stratum*, and share cumulative hazards; a stratum is ``status * cohorts + cohort``. What has no
    text is as in the population.
    """

    first: Longs
    """Shape (cohorts + 1,): where each cohort begins in `member`."""
    member: Ints
    """Shape (people,): rows, cohort by cohort."""
    place: Ints
    """Shape (people,): each row's place in `member`."""
    cohort: Ints
    """Shape (people,): each row's cohort."""
    general: Bytes
    """Shape (cohorts,): 1 where the generals' rule decides, 0 where the soldiers' does."""
    cohort_unit: Ints
    """Shape (cohorts,): the unit that the cohort belongs to."""
    superior_unit: Ints
    """Shape (cohorts,): the unit whose commander is the cohort's superior, or -1."""
    led_first: Longs
    """Shape (units + 1,): where the cohorts led by each unit's commander begin in `led`."""
    led: Longs
    """Shape (cohorts with a superior,): cohorts, by the unit that their superior commands."""
    unit_first: Longs
    """Shape (units + 1,): where the cohorts of each unit begin in `unit_cohorts`."""
    unit_cohorts: Longs
    """Shape (cohorts,): cohorts, by the unit that they belong to."""
    cohort_rank: Bytes
    cohort_branch: NDArray[np.int16]
    person: Longs
    """Shape (people,): the number by which draws know each person."""
    parent: Ints
    strength: Ints
    ties_first: Ints
    """Shape (people + 1,): where each person's ties begin in `ties`."""
    ties: Ints
    """Rows of the people tied to each person."""

    @property
    def one_of_each(self) -> Ints:
        """Shape (cohorts,): the row of the first member of each cohort."""
        return self.member[self.first[:-1]]


class RuleParameters(NamedTuple):
    """Parameters of each rule, as the record that it gets as `p`, and the length of a step."""

    soldier: Any
    general: Any
    follow: Any
    belief: Any
    years: float


class RuleArguments(NamedTuple):
    """Arguments of rules: records that they get as `agent` and `country`, and parameters."""

    agents: Records
    """Shape (cohorts,): columns; ties, status and belief are set before each call."""
    audience: Ints
    """Shape (cohorts,): the audience that each cohort belongs to."""
    group: Ints
    """Shape (cohorts,): twice the audience that each cohort belongs to, and 1 more for generals."""
    levers: NDArray[np.float64]
    """Shape (steps, audiences, levers)."""
    country: Records
    """Shape (audiences,): what each audience sees of the country, as last seen."""
    country_values: Floats
    """Shape (audiences, fields): the same numbers."""
    news: NDArray[np.bool_]
    """Shape (audiences, 2): whether a field has changed that soldiers' rules read, or generals'."""
    country_read: NDArray[np.bool_]
    """Shape (2, fields): whether the rules of soldiers, and of generals, read the field."""
    statuses_read: NDArray[np.bool_]
    """Shape (2, statuses): whether they read how many of the unit have the status."""
    parameters: RuleParameters
    groups: Ints
    """Shape (audiences x 2 + 2,): 0, where those of each audience begin in `asked`, soldiers first,
    and where they end."""
    batch: RuleBatch
    news_lag: NewsLag
    memory: AttemptMemory


class CompiledState(NamedTuple):
    """The state of one run in cohorts, with the key of its draws.

    What has no text has it in `EngineState`, where `counts` and `doubting` end with the last step.
    """

    control: Any
    """One record of `CONTROL`."""
    key: tuple[int, int]
    frailty: Floats
    """Shape (people,)."""
    status: Bytes
    leads: Ints
    commander: Ints
    threshold: Longs
    """Shape (people x transitions,): hazard at which each person leaves, cohort by cohort, and in a
    cohort transition by transition, in the order of `member`."""
    status_at: Bytes
    """Shape (people,): status of each person, in the order of `member`."""
    strata: Records
    """Shape (strata,): records of `STRATUM`."""
    present: Ints
    """Shape (strata,): people."""
    next_look: Ints
    """Shape (strata,): the first step in which a rule is asked or a threshold can be passed."""
    ask: NDArray[np.bool_]
    """Shape (strata,): whether the rule is to be asked at that step."""
    serving: Longs
    """Shape (strata of a cohort,): people who serve, by status."""
    listed: Ints
    """Shape (strata,): strata that are looked at in this step."""
    asked: Ints
    """Shape (strata,): those of them whose rules are asked."""
    due: Ints
    """Shape (strata,): strata in which a cumulative hazard has passed a threshold in this step."""
    belief: Floats
    """Shape (cohorts,): belief that the regime survives, when last asked; doubt is below 1/2."""
    doubting_now: Ints
    """Shape (branches, ranks): people who serve and doubt."""
    doubting: Ints
    unit_counts: Ints
    units: Records
    """Shape (units,): records of `UNIT`."""
    unit_changed: NDArray[np.bool_]
    """Shape (units, 2): whether `unit_counts` has changed in a way that soldiers, or generals, see."""
    defected_ties: Ints
    counts: Ints
    events: Records
    """Shape (room for events,): records of `EVENT`, in the order in which they happened."""
    moves: Records
    """Shape (room for events,): records of `MOVE`."""


class CompiledRun(NamedTuple):
    """Everything that compiled phases of a step take."""

    army: Army
    arguments: RuleArguments
    state: CompiledState


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
    state = CompiledState(
        control=control,
        key=engine.inputs.key,
        frailty=engine.inputs.frailty,
        status=engine.status,
        leads=engine.leads,
        commander=engine.commander,
        **_strata(before.status, army, before.step),
        serving=serving.astype(np.int64),
        belief=before.belief[army.one_of_each],
        doubting_now=before.doubting[-1].copy(),
        doubting=engine.doubting,
        unit_counts=engine.unit_counts,
        units=np.zeros(len(army.parent), UNIT),
        unit_changed=np.ones((len(army.parent), 2), np.bool_),
        defected_ties=before.defected_ties.copy(),
        counts=engine.counts,
        events=events,
        moves=np.empty(len(events), MOVE),
    )
    if len(before.remaining_threshold) == 0:
        _draw_thresholds(state, engine.inputs, army)
    else:
        remaining = before.remaining_threshold
        kernel.arrange(remaining, army, state.threshold, state.status_at, state.strata)
    kernel.show_changed_units(army, state)
    return state


def _strata(status: NDArray[np.int8], army: Army, step: int) -> dict[str, Any]:
    """Return the parts of a state that are kept by strata, with hazards that begin at `step`."""
    people, strata = len(army.member), len(SERVING) * len(army.general)
    placed = {
        "status_at": np.empty(people, np.int8),
        "strata": np.empty(strata, STRATUM),
        "present": np.zeros(strata, np.int32),
    }
    kernel.place_people(status, army, *placed.values(), step)
    return placed | {
        "threshold": np.full(people * len(DECIDED), NEVER, np.int64),
        "next_look": np.zeros(strata, np.int32),
        "ask": np.ones(strata, np.bool_),
        "listed": np.empty(strata, np.int32),
        "asked": np.empty(strata, np.int32),
        "due": np.empty(strata, np.int32),
    }


def _draw_thresholds(state: CompiledState, inputs: RunInputs, army: Army) -> None:
    """Draw everybody's thresholds from loyalty, with which runs begin."""
    limits = np.empty(len(army.member), np.int64)
    for place, (name, transition) in enumerate(DECIDED.items()):
        if Status.LOYAL in transition.origins:
            uniform, frailty = inputs.resistance(name), inputs.frailty
            kernel.draw(uniform, frailty, limits, army, state.threshold, state.strata, place)


def regrouped(state: CompiledState, old: Army, new: Army, step: int) -> CompiledState:
    """Return a state in other cohorts: hazards begin at `step` with the remaining thresholds."""
    belief = state.belief[old.cohort[new.one_of_each]]
    remaining = remaining_threshold(state, old, step)
    state = state._replace(**_strata(state.status, new, step), belief=belief)
    kernel.arrange(remaining, new, state.threshold, state.status_at, state.strata)
    return state


def believes_as_one(army: Army, belief: NDArray[np.float64]) -> bool:
    """Return whether those of each cohort believe the same; `belief` is each person's."""
    ordered = belief[army.member]
    return bool((ordered == np.repeat(ordered[army.first[:-1]], np.diff(army.first))).all())


def remaining_threshold(state: CompiledState, army: Army, step: int) -> NDArray[np.int64]:
    """Return remaining thresholds by row; `NEVER` for people who have left."""
    hazards, steps = state.strata["hazards"], (step - state.strata["since"])[:, None]
    bounded = hazards["per_step"].astype(np.float64) * steps < NEVER
    added = hazards["per_step"] * np.where(bounded, steps, 0)
    cumulative = np.where(bounded, np.minimum(hazards["cumulative"] + added, CERTAIN), CERTAIN)
    serves = np.isin(state.status, SERVING)
    status = np.where(serves, state.status, 0).astype(np.int64)
    stratum = status * len(army.general) + army.cohort
    first, size = army.first[army.cohort], np.diff(army.first)[army.cohort]
    places = (first * len(DECIDED) + army.place - first)[:, None]
    threshold = state.threshold[places + size[:, None] * np.arange(len(DECIDED))]
    waits = serves[:, None] & (threshold != NEVER)
    return np.where(waits, threshold - cumulative[stratum], NEVER)


def rule_arguments(inputs: RunInputs, army: Army, belief: NDArray[np.float64]) -> RuleArguments:
    """Return the arguments of a run's rules, for the cohorts of its army."""
    rows = army.one_of_each
    read = frozenset().union(*map(inputs.decisions.reads, inputs.decisions.compiled)) - {"frailty"}
    columns = {name: inputs.columns.of(name, rows) for name in inputs.columns if name in read}
    fields = [(name, column.dtype) for name, column in columns.items()]
    own = [("ties_defected", np.float64), ("status", np.int64), ("belief", np.float64)]
    agents = np.empty(len(rows), np.dtype([*fields, *own], align=True))
    for name, column in columns.items():
        agents[name] = column
    agents["belief"] = belief
    timeline, decisions, levers = inputs.everybody, inputs.decisions, inputs.calendar.levers
    country = np.zeros(timeline.values.shape[1], record_type(*NEWS_FIELDS, *levers))
    deciders = [decisions.reads("soldier"), decisions.reads("general")]
    if decisions.believes:
        deciders = [names | decisions.reads("belief") for names in deciders]
    return RuleArguments(
        agents=agents,
        audience=timeline.audience[rows],
        group=(2 * timeline.audience[rows] + army.general).astype(np.int32),
        levers=timeline.values,
        country=country,
        country_values=country.view(np.float64).reshape(len(country), -1),
        news=np.zeros((len(country), 2), np.bool_),
        country_read=_read(deciders, *NEWS_FIELDS, *levers),
        statuses_read=_read(deciders, *STATUSES),
        parameters=RuleParameters(
            **{who: _parameters(decisions.of(who).p) for who in decisions.compiled},
            years=inputs.clock.years_per_step,
        ),
        groups=np.zeros(2 * len(country) + 2, np.int32),
        batch=RuleBatch.empty(len(columns)),
        news_lag=inputs.news_lag,
        memory=AttemptMemory(),
    )


def _read(rules: Sequence[frozenset[str]], *names: str) -> NDArray[np.bool_]:
    """Return whether each rule reads each name; shape (rules, names)."""
    return np.array([[name in read for name in names] for read in rules])


def _parameters(values: Any) -> Any:
    """Return the parameters of a rule as one record of floating-point numbers."""
    record = np.zeros(1, record_type(*values._fields))
    for name, value in values._asdict().items():
        record[name] = value
    return record[0]
