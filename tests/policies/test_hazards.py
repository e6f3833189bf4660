"""Hazards as outcomes: events over person-years at risk."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

import defectsim as ds
from builders import small_scenario
from defectsim.policies import hazards
from defectsim.policies.outcomes import COUNTS, Counts

YEAR = dt.timedelta(days=365.25)


def counted(**series: list[int]) -> Counts:
    """Return counts at the ends of years; 0 of what is not given."""
    length = len(next(iter(series.values())))
    dates = np.datetime64("2000-01-01") + np.array([0, 1461, 2922])[:length]
    zeros: dict[str, Any] = {name: np.zeros(length) for name in COUNTS}
    return Counts({**zeros, "date": dates, **{name: np.array(one) for name, one in series.items()}})


def test_a_hazard_is_events_over_person_years_at_risk() -> None:
    counts = counted(loyal=[100, 50, 40], shirking=[0, 10, 10], deserted=[0, 40, 50])
    assert hazards.desertion(counts) == pytest.approx(50 / (4 * 100 + 4 * 60))


def test_those_who_plot_are_at_risk_of_defection_but_not_of_desertion() -> None:
    counts = counted(loyal=[10, 10, 10], plotting=[5, 5, 5], defected=[0, 1, 3], deserted=[0, 0, 8])
    assert hazards.defection(counts) == pytest.approx(3 / (8 * 15))
    assert hazards.desertion(counts) == pytest.approx(8 / (8 * 10))
    assert hazards.retirement(counts) == 0


def test_generals_have_their_own_and_nobody_at_risk_has_none() -> None:
    counts = counted(generals_loyal=[4, 3, 3], generals_defected=[0, 1, 1], loyal=[0, 0, 0])
    assert hazards.defection_of_generals(counts) == pytest.approx(1 / (4 * 4 + 4 * 3))
    assert hazards.defection(counts) is None


@pytest.mark.long
def test_a_scenario_names_them_as_outcomes() -> None:
    quick = {"rule": "rules:steady", "parameters": {"desert": 0.8}}
    scenario = small_scenario(
        behaviour={"soldier": quick, "general": "rules:steady"},
        forces={"branches": {"army": {"strength": 4000}, "guard": None}},
        people={"frailty": 1},
        outcomes={"leaving": "defectsim.policies.hazards:desertion"},
    )
    found = ds.run(scenario, replicates=1, seed=0).runs["leaving"].item()
    assert found == pytest.approx(0.8, rel=0.1)
