from types import SimpleNamespace
from typing import Any

import numpy as np

from defectsim.engine.institutions.state import Attempt
from defectsim.engine.script import trigger_counts
from defectsim.model.transitions import RANKS, STATUSES, Rank, Status
from defectsim.policies.policy import TRIGGER_COUNTS


def test_what_policies_wait_for_is_counted_over_the_whole_forces_as_a_step_begins() -> None:
    counts = np.zeros((3, 2, len(RANKS), len(STATUSES)), np.int32)
    counts[1, 0, Rank.GENERAL, Status.DEFECTED] = 2
    counts[1, 1, Rank.OFFICER, Status.DEFECTED] = 5
    counts[1, :, Rank.ENLISTED, Status.DEFECTED] = 10
    counts[1, 1, Rank.NCO, Status.DESERTED] = 40
    counts[1, 0, Rank.OFFICER, Status.ARRESTED] = 3
    counts[2] = 99
    results: Any = ("failure", "stalemate", "failure")
    attempts = [Attempt(0, 1, 5, 0.1, 0.2, result, 0) for result in results]
    engine: Any = SimpleNamespace(counts=counts, attempts=attempts)
    expected = {
        "generals_defected": 2,
        "officers_defected": 5,
        "deserted": 40,
        "defected": 27,
        "arrested": 3,
        "dismissed": 0,
        "retired": 0,
        "failed_attempts": 2,
    }
    assert trigger_counts(engine, 1) == expected
    assert expected.keys() == TRIGGER_COUNTS.keys()
