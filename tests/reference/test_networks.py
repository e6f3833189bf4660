"""Both engines see the same ties, of whatever kind the network is."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import NETWORKS, SMALL, small_scenario
from defectsim.engine.begin import simulate
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status

RULE = {
    who: {"rule": "rules:reads_ties", "parameters": {"base": 20}} for who in ("soldier", "general")
}


@pytest.mark.long
@pytest.mark.parametrize("ties", [{}, *NETWORKS], ids=lambda ties: ties.get("kind", "academy"))
def test_engines_agree_on_a_rule_that_reads_ties_and_their_number(ties: dict[str, Any]) -> None:
    network = {**dict.fromkeys(SMALL["forces"]["ties"]), **ties} if ties else {}
    changes = {"people": {"frailty": 1}, "behaviour": RULE, "clock": {"end": dt.date(2018, 12, 31)}}
    setup = StudySetup(small_scenario(forces={"ties": network}, **changes), 3)
    reference, column = simulate(setup, 0, "reference"), simulate(setup, 0, "compiled")
    for part in column.events._fields:
        assert getattr(reference.events, part).tolist() == getattr(column.events, part).tolist()
    shares = column.ties_in(Status.DEFECTED)
    assert reference.ties_in(Status.DEFECTED).tolist() == shares.tolist()
    deserted = column.status == Status.DESERTED
    degree = setup.population.columns["degree"]
    assert deserted.any() == (degree == 0).any()
    assert not degree[deserted].any()
    assert shares.max() > 0


def test_agents_tell_how_many_ties_they_have_and_nobody_sets_it() -> None:
    model = DefectionModel(small_scenario(), rng=1)
    for agent in model.agents:
        assert agent.degree == len(agent.ties)
    with pytest.raises(AttributeError, match="degree is not yours to set"):
        model.agents[0].degree = 3
    assert np.array_equal(model.agents.get("degree"), np.diff(model.ties.indptr))
