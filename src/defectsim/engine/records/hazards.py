"""Cumulative hazards of a run, and the transitions that came of them, as a table."""

import numpy as np
import pyarrow as pa

from defectsim.engine.events import LEADS_FROM
from defectsim.engine.hazard import COUNTED, CUMULATIVE
from defectsim.engine.protocol import Engine
from defectsim.engine.records.outcome import coup_date
from defectsim.model.transitions import DECIDED, RANKS, STATUSES

_DECIMALS = 9
"""Decimals of sums of hazards: beyond them it shows in which order an engine adds them up."""


def hazard_table(engine: Engine) -> pa.Table:
    """Return cumulative hazards at the end, or at the fall, by branch, rank and transition.

    Columns: date, branch, rank, transition; *transitions* that came of hazards, the *hazard* that
    people were exposed to, summed over them, and the *person_years* for which they could leave so.
    """
    inputs = engine.inputs
    last, names = coup_date(engine) or inputs.clock.steps, [*DECIDED]
    at_risk = engine.counts[:last].sum(axis=0) @ LEADS_FROM[: len(STATUSES), : len(names)]
    branch, rank = np.nonzero(inputs.population.strength)
    here = branch.repeat(len(names)), rank.repeat(len(names)), np.tile(range(len(names)), len(rank))
    found = engine.hazards
    return pa.table(
        {
            "date": [inputs.clock.date(last)] * len(here[0]),
            "branch": [inputs.population.branches[one] for one in here[0].tolist()],
            "rank": [RANKS[one] for one in here[1].tolist()],
            "transition": [names[one] for one in here[2].tolist()],
            "transitions": found[COUNTED][here].astype(np.int64),
            "hazard": np.round(found[CUMULATIVE][here], _DECIMALS),
            "person_years": at_risk[here] * inputs.clock.years_per_step,
        }
    )
