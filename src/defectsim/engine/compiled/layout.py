"""Arrays of the compiled engine: people in cohorts, arguments of rules, and the state of a run."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.draws import Key
from defectsim.engine.events import AttemptMemory
from defectsim.engine.news import NewsLag

Bytes = NDArray[np.int8]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Records = NDArray[np.void]

CONTROL = np.dtype(
    [
        ("next_institution_step", np.int64),
        ("event_count", np.int64),
        ("settled_events", np.int64),
        ("due_count", np.int64),
        ("error_cohort", np.int64),
        ("error_code", np.int64),
    ],
    align=True,
)
"""Numbers that compiled phases hand to each other and to Python.

`next_institution_step` is the first step before which institutions must step again,
`settled_events` the number of events before this step, `due_count` that of strata in which a
threshold is passed in it. `error_code` is 0, or tells which result of `error_cohort` is invalid;
see `engine.compiled.kernel`.
"""


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
    rank: Bytes
    branch: NDArray[np.int16]
    unit: Ints
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
    levers: NDArray[np.float64]
    """Shape (steps, audiences, levers)."""
    country: Records
    """Shape (audiences,): what each audience sees of the country, as last seen."""
    country_values: Floats
    """Shape (audiences, fields): the same numbers."""
    country_read: NDArray[np.bool_]
    """Shape (fields,): whether rules by which people decide read the field."""
    statuses_read: NDArray[np.bool_]
    """Shape (statuses,): whether they read how many of the unit have the status."""
    ties_read: NDArray[np.bool_]
    """Shape (2,): whether soldiers, and generals, read the share of ties who have defected."""
    parameters: RuleParameters
    news_lag: NewsLag
    memory: AttemptMemory


class CompiledState(NamedTuple):
    """The state of one run in cohorts, with the key of its draws.

    What has no text has it in `EngineState`, where `counts` and `doubting` end with the last step.
    """

    control: Any
    """One record of `CONTROL`."""
    key: Key
    frailty: Floats
    """Shape (people,)."""
    status: Bytes
    leads: Ints
    commander: Ints
    threshold: Longs
    """Shape (people, transitions): hazard at which each person leaves, in the order of `member`."""
    cumulative_hazard: Longs
    """Shape (strata, transitions): accumulated rates, as they were when step `since` began."""
    hazard_per_step: Longs
    """Shape (strata, transitions): what each step adds to cumulative hazards."""
    min_threshold: Longs
    """Shape (strata, transitions): the smallest threshold among those present."""
    since: Ints
    """Shape (strata,): the step at whose beginning cumulative hazards stand."""
    next_due_step: Ints
    """Shape (strata,): the first step in which a cumulative hazard can pass a threshold."""
    present: Ints
    """Shape (strata,): people."""
    serving: Longs
    """Shape (strata of a cohort,): people who serve, by status."""
    asked: Longs
    """Shape (strata,): `unit_changes` of the unit when the rule was last asked, or -1."""
    due: Ints
    """Shape (strata,): strata in which a cumulative hazard has passed a threshold in this step."""
    belief: Floats
    """Shape (cohorts,): belief that the regime survives, when last asked; doubt is below 1/2."""
    doubting_now: Ints
    """Shape (branches, ranks): people who serve and doubt."""
    doubting: Ints
    unit_counts: Ints
    unit_changes: Longs
    """Shape (units,): how often `unit_counts` has changed in a way that people see."""
    defected_ties: Ints
    counts: Ints
    events: Records
    """Shape (room for events,): records of `EVENT`, in the order in which they happened."""


class CompiledRun(NamedTuple):
    """Everything that compiled phases of a step take."""

    army: Army
    arguments: RuleArguments
    state: CompiledState
