"""Arrays of the compiled engine: people in cohorts, arguments of rules, and the state of a run."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import kernel
from defectsim.engine.compiled.batches import RuleBatch
from defectsim.engine.compiled.cohorts import Army, Bytes, Ints, Longs
from defectsim.engine.compiled.perception import PARTS, record_type
from defectsim.engine.compiled.rows import Rows
from defectsim.engine.compiled.strata import Strata
from defectsim.engine.events import EVENT, AttemptMemory
from defectsim.engine.inputs import AskedAgain, RunInputs
from defectsim.engine.institutions.state import NOTHING_DUE
from defectsim.engine.news import NewsLag
from defectsim.engine.protocol import Engine
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.rule import NEWS_FIELDS, TIES
from defectsim.model.transitions import SERVING, STATUSES, Status

Floats = NDArray[np.float64]
Records = NDArray[np.void]


_NUMBERS = (
    "next_institution_step event_count settled_events due_count decided add_hazards error_cohort "
    "error_code"
)
CONTROL = np.dtype([(name, np.int64) for name in _NUMBERS.split()], align=True)
"""Numbers that compiled phases hand to each other and to Python.

`next_institution_step` is the first step before which institutions must step again,
`settled_events` the number of events before this step, `due_count` that of those of `plan` who may
pass a threshold in it, and `decided` the step after the last in which rules were asked.
`add_hazards` is 1 if the hazards that people are exposed to are added up, else 0.
`error_code` is 0, or tells which result of `error_cohort` is invalid; see `engine.compiled.kernel`.
"""

MOVE = np.dtype([("place", np.int32), ("cohort", np.int32)], align=True)
"""Place and cohort of somebody with an event."""


class RuleParameters(NamedTuple):
    """Parameters of each rule, as the record that it gets as `p`, and the length of a step."""

    soldier: Any
    general: Any
    follow: Any
    belief: Any
    update: Any
    years: float


class RuleArguments(NamedTuple):
    """Arguments of rules: records that they get as `agent` and `country`, and parameters."""

    agents: Any
    """Columns that rules read: records, of shape (cohorts,), or an array each, of shape (people,)."""
    audience: Ints
    """Shape (cohorts,): the audience that each cohort belongs to."""
    group: Ints
    """Shape (cohorts,): twice the audience that each cohort belongs to, and 1 more for generals."""
    levers: NDArray[np.float64]
    """Shape (steps, audiences, levers)."""
    shared_news: Floats
    """Shape (news,): date and news, the same for everybody."""
    country: Floats
    """Shape (audiences, fields): what each audience sees of the country, as last seen."""
    news: NDArray[np.bool_]
    """Shape (audiences x 2,): whether a field has changed that the rules of a `group` read."""
    country_read: NDArray[np.bool_]
    """Shape (2, fields): whether the rules of soldiers, and of generals, read the field."""
    statuses_read: NDArray[np.bool_]
    """Shape (2, statuses): whether they, or those of following and of state, read how many of the
    unit, or of the branch, have the status."""
    branch_read: NDArray[np.bool_]
    """Shape (2,): whether they read anything of the branch."""
    states_read: NDArray[np.bool_]
    """Shape (2, states): whether they read the state."""
    by_audience: Ints
    """Shape (cohorts,): cohorts, by their audience, if people have a state."""
    audience_first: Longs
    """Shape (audiences + 1,): where those of each audience begin in `by_audience`, or 0."""
    parameters: RuleParameters
    asked_again: AskedAgain
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
    status_at: Bytes
    """Shape (people,): status of each person, in the order of `member`."""
    serving: Longs
    """Shape (strata of a cohort,): people who serve, by status."""
    belief: Floats
    """Shape (cohorts,): belief that the regime survives, when last asked; doubt is below 1/2."""
    own: Floats
    """Shape (states, cohorts): the state of people, in the order of `Decisions.states`."""
    doubting_now: Ints
    """Shape (branches, ranks): people who serve and doubt."""
    doubting: Ints
    unit_counts: Ints
    units: Floats
    """Shape (units, parts): what people see of each; see `perception.PARTS`."""
    unit_changed: NDArray[np.bool_]
    """Shape (units, 2): whether `unit_counts` has changed in a way that soldiers, or generals, see."""
    days_asked: Ints
    """Shape (units,): days of the step on which those below the commander are asked again."""
    degree: Ints
    """Shape (people,): number of ties, to those whom each sees."""
    watchers_first: Ints
    """Shape (people + 1,): where those who see each person by a tie begin in `watchers`."""
    watchers: Ints
    """Rows of people who see each person by a tie."""
    tie_of_status: Ints
    """Shape (statuses,): the place of each status in `tied`, or -1 where no rule reads it of ties."""
    tied: Ints
    """Shape (`Decisions.ties`, people): number of ties who have the status of each name."""
    counts: Ints
    hazards: Floats
    """As in `EngineState`, if `add_hazards`, but for what `pending` of the plan returns of those
    present."""
    events: Records
    """Shape (room for events,): records of `EVENT`, in the order in which they happened."""
    moves: Records
    """Shape (room for events,): records of `MOVE`."""
    plan: Strata | Rows
    """Hazards and thresholds, of strata or of each person."""


class CompiledRun(NamedTuple):
    """Everything that compiled phases of a step take."""

    army: Army
    arguments: RuleArguments
    state: CompiledState


_EVENTS = 4
"""Room for events, as a multiple of the number of people; more is made when it fills."""


def begin_state(
    engine: Engine, before: EngineState, army: Army, plan: Strata | Rows
) -> CompiledState:
    """Return the state of a run that goes on from an engine's state, with a plan of its own."""
    people, known = len(before.status), len(before.events)
    events = np.empty(known + _EVENTS * people, EVENT)
    events[:known] = before.events
    control = np.zeros(1, CONTROL).view(np.recarray)[0]
    control.next_institution_step = NOTHING_DUE
    control.event_count = control.settled_events = known
    control.decided, control.add_hazards = before.step, engine.inputs.record.hazards
    serving = np.bincount(before.status, minlength=len(STATUSES))[: len(SERVING)]
    state = CompiledState(
        control=control,
        key=engine.inputs.key,
        frailty=engine.inputs.frailty,
        status=engine.status,
        leads=engine.leads,
        commander=engine.commander,
        status_at=before.status[army.member],
        serving=serving.astype(np.int64),
        belief=before.belief[army.one_of_each],
        own=_own(engine.inputs, army),
        doubting_now=before.doubting[-1].copy(),
        doubting=engine.doubting,
        unit_counts=engine.unit_counts,
        units=np.zeros((len(army.parent), PARTS)),
        unit_changed=np.zeros((len(army.parent), 2), np.bool_),
        days_asked=np.zeros(len(army.parent), np.int32),
        **_ties(engine.inputs, before.status),
        counts=engine.counts,
        hazards=before.hazards.copy(),
        events=events,
        moves=np.empty(len(events), MOVE),
        plan=plan,
    )
    kernel.show_units(army, state)
    return state


def _ties(inputs: RunInputs, status: Bytes) -> dict[str, Ints]:
    """Return the parts of the state that have ties, given the status of each person."""
    ties, watchers, names = inputs.ties, inputs.watchers, inputs.decisions.ties
    tied = np.zeros((len(names), len(status)), np.int32)
    for number, name in enumerate(names):
        if (has := status == TIES[name]).any():
            tied[number] = ties @ has.astype(np.int32)
    place = {TIES[name]: number for number, name in enumerate(names)}
    return {
        "degree": inputs.columns["degree"],
        "watchers_first": watchers.indptr.astype(np.int32),
        "watchers": watchers.indices.astype(np.int32),
        "tie_of_status": np.array([place.get(one, -1) for one in Status], np.int32),
        "tied": tied,
    }


def regrouped(
    state: CompiledState, old: Army, new: Army, inputs: RunInputs, plan: Strata | Rows
) -> CompiledState:
    """Return a state in other cohorts, with a plan of theirs."""
    belief, own = state.belief[old.cohort[new.one_of_each]], _own(inputs, new)
    return state._replace(status_at=state.status[new.member], belief=belief, own=own, plan=plan)


def _own(inputs: RunInputs, army: Army) -> Floats:
    """Return the state of cohorts, as the columns have it."""
    states = [inputs.columns.of(name, army.one_of_each) for name in inputs.decisions.states]
    return np.array(states, np.float64).reshape(len(states), len(army.general))


def as_one(army: Army, values: NDArray[np.float64]) -> bool:
    """Return whether those of each cohort have the same value; `values` has each person's."""
    ordered = values[army.member]
    return bool((ordered == np.repeat(ordered[army.first[:-1]], np.diff(army.first))).all())


def rule_arguments(inputs: RunInputs, army: Army) -> RuleArguments:
    """Return the arguments of a run's rules, for the cohorts of its army."""
    timeline, decisions, levers = inputs.everybody, inputs.decisions, inputs.calendar.levers
    audience = timeline.audience if army.of_rows else timeline.audience[army.one_of_each]
    told = audience if decisions.states else np.empty(0, np.int32)
    audiences, fields = timeline.values.shape[1], (*NEWS_FIELDS, *levers)
    deciders = [decisions.reads("soldier"), decisions.reads("general")]
    if decisions.believes:
        deciders = [names | decisions.reads("belief") for names in deciders]
    others = decisions.reads("follow") | decisions.reads("update")
    seeing = [names | others for names in deciders]
    branch_read = _read(seeing, *(f"branch_{status}" for status in STATUSES))
    return RuleArguments(
        agents=_agents(inputs, army),
        audience=audience,
        group=2 * audience + army.general,
        levers=timeline.values,
        shared_news=np.zeros(len(NEWS_FIELDS)),
        country=np.zeros((audiences, len(fields))),
        news=np.zeros(2 * audiences, np.bool_),
        country_read=_read(deciders, *fields),
        statuses_read=_read(seeing, *STATUSES) | branch_read,
        branch_read=branch_read.any(axis=1),
        states_read=_read(deciders, *decisions.states),
        by_audience=np.argsort(told, kind="stable").astype(np.int32),
        audience_first=np.concatenate([[0], np.cumsum(np.bincount(told, minlength=audiences))]),
        parameters=RuleParameters(
            **{who: _parameters(decisions.of(who).p) for who in decisions.compiled},
            years=inputs.clock.years_per_step,
        ),
        asked_again=inputs.asked_again,
        groups=np.zeros(2 * audiences + 2, np.int32),
        batch=RuleBatch.empty(len(inputs.columns), len(decisions.ties)),
        news_lag=inputs.news_lag,
        memory=AttemptMemory(),
    )


def read_columns(inputs: RunInputs) -> np.dtype[np.void]:
    """Return names and types of the columns that rules read, as those of a record."""
    read = frozenset().union(*map(inputs.decisions.reads, inputs.decisions.compiled)) - {"frailty"}
    names = [name for name in inputs.columns if name in read - {*inputs.decisions.states}]
    return np.dtype([(name, inputs.columns.of(name, [0]).dtype) for name in names], align=True)


def _agents(inputs: RunInputs, army: Army) -> Any:
    """Return columns of people, as records of cohorts or, where people are rows, as they are."""
    columns = read_columns(inputs)
    if army.of_rows:
        return tuple(inputs.columns[name] for name in columns.names or ())
    agents = np.empty(len(army.general), columns)
    for name in columns.names or ():
        agents[name] = inputs.columns.of(name, army.one_of_each)
    return agents


def _read(rules: Sequence[frozenset[str]], *names: str) -> NDArray[np.bool_]:
    """Return whether each rule reads each name; shape (rules, names)."""
    return np.array([[name in read for name in names] for read in rules])


def _parameters(values: Any) -> Any:
    """Return the parameters of a rule as one record of floating-point numbers."""
    record = np.zeros(1, record_type(*values._fields))
    for name, value in values._asdict().items():
        record[name] = value
    return record[0]
