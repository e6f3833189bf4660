import numpy as np
import pytest
from benchmarks.idiomatic import DEFECTED, DESERTED, LOYAL, Army, General, Person
from benchmarks.plan import SCENARIO

from defectsim.engine.begin import simulate
from defectsim.engine.setup import StudySetup
from defectsim.model.rule import Unit
from defectsim.model.transitions import Rank, Status
from defectsim.scenario.load import load

UNREST = (
    "forces.branches.army={strength: 400, generals: 8}",
    "forces.branches.guard={strength: 200, generals: 6}",
    "forces.company={officer: 3, nco: 5, enlisted: 12}",
    "clock.end=2015-01-06",
    "people.perks={officer: 10, general: {lognormal: [300, 1]}}",
    "people.attachment=0",
    "conditions={subsistence: 30, surveillance: 0.3, protest: 0.4, amnesty: 0.2}",
    "policies.travel_ban.effective=2014-04-01",
    "policies.off_ramp.effective=2014-02-01",
    "policies.sanctions.effective=2014-03-01",
    "behaviour.soldier={rule: 'benchmarks.rules:soldiers', parameters:"
    " {base_desertion: 0.3, base_defection: 0.5, example_deserted: 3}}",
    "behaviour.general={rule: 'benchmarks.rules:generals', parameters: {base_flight: 2, base_defection: 3}}",
)
"""Many leave within a year, each way, and every policy is in effect for most of it."""


@pytest.fixture(scope="module")
def scenario():
    return load(SCENARIO, UNREST)


def around(person):
    superior = LOYAL if person.superior is None else person.superior.status
    return Unit(
        person.unit.deserted,
        person.unit.defected,
        float(superior is DESERTED),
        float(superior is DEFECTED),
    )


def test_rates_are_those_of_the_rules(scenario, monkeypatch):
    setup, model, asked = StudySetup(scenario, 1), Army(scenario, 1, 0), {}
    for _ in range(40):
        model.step()
    monkeypatch.setattr(Person, "decide", lambda person, *rates: asked.update({person: rates}))
    model.agents.do("step")
    for person, rates in asked.items():
        decision = (
            setup.decisions.general if isinstance(person, General) else setup.decisions.soldier
        )
        country = model.countries[person.audience]
        assert rates == pytest.approx(
            decision.rule(person, around(person), country, decision.p)[:2]
        )
    seen = [(around(person), person.ties_defected) for person in asked]
    assert min(np.max([[*unit[:4], ties] for unit, ties in seen], axis=0)) > 0


def test_shares_are_those_of_people_who_left(scenario):
    model = Army(scenario, 1, 0)
    everybody = list(model.agents)
    for _ in range(30):
        model.step()
    for unit in {person.unit for person in everybody}:
        below = [person for person in everybody if unit in line(person.unit)]
        assert len(below) == unit.strength
        assert unit.deserted * unit.strength == pytest.approx(
            sum(person.status is DESERTED for person in below)
        )
        assert unit.defected * unit.strength == pytest.approx(
            sum(person.status is DEFECTED for person in below)
        )
    assert sum(model.gone) == len(everybody) - len(model.agents) > 0


def line(unit):
    while unit is not None:
        yield unit
        unit = unit.parent


def left(counts):
    """Soldiers and generals who deserted and defected."""
    return [
        counts[ranks][:, way].sum()
        for ranks in (slice(Rank.GENERAL), slice(Rank.GENERAL, None))
        for way in (Status.DESERTED, Status.DEFECTED)
    ]


def by_columns(scenario, replicates):
    setup = StudySetup(scenario, 1)
    return np.array(
        [
            left(simulate(setup, replicate).counts[-1].sum(axis=0))
            for replicate in range(replicates)
        ],
        float,
    )


def by_mesa(scenario, replicates):
    found = []
    for replicate in range(replicates):
        model = Army(scenario, 1, replicate)
        for _ in range(scenario.clock.steps):
            model.step()
        soldiers = [
            sum(model.left[rank][way] for rank in Rank if rank < Rank.GENERAL)
            for way in (DESERTED, DEFECTED)
        ]
        found.append([*soldiers, *model.left[Rank.GENERAL].values()])
    return np.array(found, float)


def apart(one, other):
    """How many standard errors the means are apart."""
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    return np.abs(one.mean(axis=0) - other.mean(axis=0)) / error


@pytest.mark.long
def test_as_many_leave_as_in_the_compiled_engine(scenario, monkeypatch):
    columns = by_columns(scenario, 100)
    mesa = by_mesa(scenario, 25)
    assert columns.mean(axis=0).min() > 1
    assert apart(columns, mesa).max() < 4
    monkeypatch.setattr(Person, "follow", lambda person: None)
    assert apart(columns, by_mesa(scenario, 10)).max() > 6
