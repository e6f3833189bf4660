"""Small armies to which everything happens, drawn at random, and how their runs are compared."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from builders import small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import simulate
from defectsim.engine.protocol import Engine
from defectsim.engine.records.causes import causes_of
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.fork import Prefix, fork_trees
from defectsim.model.levers import LEVERS
from defectsim.model.transitions import Status
from defectsim.scenario.schema import Scenario

EAGER: dict[str, Any] = {
    "soldier": {
        "parameters": {
            "base_desertion": 0.1,
            "base_defection": 0.1,
            "base_retirement": 0.1,
            "base_shirking": 0.5,
            "base_plotting": 5,
            "base_return": 2,
            "punishment_plotting": 0,
        }
    },
    "general": {
        "parameters": {
            "base_flight": 0.5,
            "base_defection": 0.5,
            "base_retirement": 0.2,
            "base_plotting": 2,
            "punishment_plotting": 0,
        }
    },
    "belief": {"parameters": {"confidence": 0.5}},
    "join": {"parameters": {"base": 1}},
    "stand": {"parameters": {"decisive": 0}},
}
"""The rules that ship, with parameters at which much happens."""
OWN: dict[str, Any] = {
    "soldier": {"rule": "rules:reads_everything"},
    "general": {"rule": "rules:reads_everything"},
    "follow": {"rule": "rules:chance"},
    "belief": {"rule": "rules:hears_everything"},
    "recall": {"rule": "rules:chance"},
    "join": {"rule": "rules:chance", "parameters": {"probability": 0.8}},
    "commit": {"rule": "rules:chance", "parameters": {"probability": 0.8}},
    "stand": {"rule": "rules:sides"},
}
"""Rules of the tests' own that answer to everything there is."""
_SELDOM = {
    "rule": "rules:reads_everything",
    "parameters": {"plot": 0.3, "desert": 0.05, "defect": 0.02, "retire": 0.05},
}
_STAND = {"rule": "rules:sides", "parameters": {"join": 0.02, "resist": 0.2}}
CALMER: dict[str, Any] = {**OWN, "soldier": _SELDOM, "general": _SELDOM, "stand": _STAND}
"""The same, at rates at which as much happens, but more slowly, and attempts mostly fail."""
OFFERED = {"sanctions": 0.1, "off_ramp": 0.05, "amnesty": 0.1, "reception": 0.2}
"""What there has to be for relief, and for promises to be kept or broken."""


def assert_same(one: Engine, two: Engine) -> None:
    for part in one.events._fields:
        assert getattr(one.events, part).tolist() == getattr(two.events, part).tolist()
    for part in (
        "counts",
        "doubting",
        "status",
        "belief",
        "attempt_memory",
        "commander",
        "leads",
    ):
        assert np.array_equal(getattr(one, part), getattr(two, part)), part
    assert np.allclose(one.hazards, two.hazards, rtol=1e-9, atol=1e-8)
    states, others = one.states(), two.states()
    assert states.keys() == others.keys()
    assert all(np.array_equal(states[name], others[name]) for name in states)
    for status in Status:
        assert np.array_equal(one.ties_in(status), two.ties_in(status)), status
    assert one.attempts == two.attempts
    assert one.appointments == two.appointments
    assert one.recollections == two.recollections
    for here, there in zip(causes_of(one, one.events), causes_of(two, two.events), strict=True):
        assert here.tolist() == there.tolist()
    assert one.observations == two.observations


PLANS: tuple[EngineName, ...] = ("cohorts", "rows")
"""How the compiled engine may keep people."""


def assert_plans_agree(scenario: Scenario, seed: int = 0, replicate: int = 0) -> None:
    setup = StudySetup(scenario, seed)
    reference, *plans = (simulate(setup, replicate, one) for one in ("reference", *PLANS))
    for engine in plans:
        assert_same(reference, engine)


def shared_prefix(scenarios: Sequence[Scenario]) -> int:
    """Return the step up to which scenarios have one prefix: nothing before makes their runs differ."""
    first, *others = fork_trees({place: Prefix(one) for place, one in enumerate(scenarios)})
    if others:
        return 0
    return first.forks[0][0] if first.forks else scenarios[0].clock.steps


_A_STEP = 31
"""Days within which a step of each length that is drawn begins."""


def dates(first: int, last: int) -> st.SearchStrategy[dt.date]:
    return st.integers(first, last).map(lambda days: dt.date(2018, 1, 1) + dt.timedelta(days=days))


@st.composite
def policies(draw: st.DrawFn, levers: Iterable[str], first: int = 0) -> dict[str, Any]:
    """Draw a policy of which nothing is known before a day; who has one that waits takes `announced` out."""
    lever = draw(st.sampled_from(sorted({*levers} - {"deadline"})))
    day = draw(st.integers(first, 60))
    effective = dt.date(2018, 1, 1) + dt.timedelta(days=day)
    audience = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "rank": st.lists(
                    st.sampled_from(["enlisted", "nco", "officer", "general"]),
                    min_size=1,
                    unique=True,
                ),
                "branch": st.sampled_from([["army"], ["guard"]]),
                "service": st.sampled_from([["active"], ["reserve"]]),
                "exposure": st.floats(0, 1),
                "capital": st.booleans(),
                "agents": st.lists(st.sampled_from(["army-1", "guard-1"]), min_size=1, unique=True),
            },
        )
    )
    value = draw(st.floats(0.02, 0.98))
    ends = draw(st.none() | st.integers(_A_STEP, 90))
    return {
        "lever": lever,
        "announced": draw(st.none() | dates(first, day)),
        "effective": effective,
        "until": ends and effective + dt.timedelta(days=ends),
        "ramp_days": draw(st.integers(0, 40)),
        "audience": audience,
        "value": value,
    }


NEWS = st.fixed_dictionaries(
    {"treatment_days": st.integers(0, 60), "memory_days": st.integers(5, 100)}
)
PLOTS = st.fixed_dictionaries(
    {
        "contacts": st.floats(0, 100),
        "quorum": st.floats(0, 0.3),
        "days": st.integers(1, 20),
        "distance": st.floats(0, 1),
        **dict.fromkeys(("informers", "unravelling", "strike_first", "capture"), st.floats(0, 1)),
    }
)
COMMAND = st.fixed_dictionaries(
    {
        "vacancy_days": st.integers(0, 40),
        "asked_again_days": st.integers(0, 40),
        "asked_again_in_attempts": st.booleans(),
        "asked_again_in_waves": st.none() | st.floats(0, 1),
    }
)
ACTS: dict[str, dict[str, Any]] = {
    "purge": {
        "act": "defectsim.policies.government:purge",
        "parameters": {"share": 0.3, "arrested": 0.5},
    },
    "go_over": {
        "act": "defectsim.policies.government:go_over",
        "audience": {"rank": ["general"], "branch": ["guard"]},
    },
    "rise": {
        "act": "defectsim.policies.government:rise",
        "audience": {"rank": ["officer"], "branch": ["army"]},
    },
    "cut": {
        "act": "example_scripts:cut_pay",
        "parameters": {"share": 0.1},
        "audience": {"branch": ["army"]},
    },
    "alike": {"act": "example_scripts:make_alike"},
}


@st.composite
def acts(draw: st.DrawFn, first: int = 0) -> dict[str, Any]:
    """Draw acts that are done on a day or later, where a step of any length begins then that the clock has."""
    chosen = draw(st.lists(st.sampled_from(sorted(ACTS)), unique=True, max_size=3))
    return {name: {**ACTS[name], "date": draw(dates(first, 30))} for name in chosen if first <= 30}


@st.composite
def changes(
    draw: st.DrawFn, behaviours: Sequence[dict[str, Any]], levers: dict[str, Any]
) -> dict[str, Any]:
    """Draw armies of any shape under any policies, with rates at which much happens, as changes of the small one."""
    drawn = draw(st.dictionaries(st.sampled_from("abcdef"), policies(levers or LEVERS), max_size=4))
    company = draw(st.fixed_dictionaries({rank: st.integers(0, 4) for rank in ("officer", "nco")}))
    return {
        "clock": {"end": draw(dates(64, 120)), "step_days": draw(st.sampled_from([1, 7, 30]))},
        "forces": {
            "company": {**company, "enlisted": draw(st.integers(1, 8))},
            **{level: draw(st.integers(1, 4)) for level in ("battalion", "brigade", "command")},
            "branches": {
                name: {"strength": draw(st.integers(1, 40)), "generals": draw(st.integers(0, 8))}
                for name in ("army", "guard")
            },
        },
        "people": {
            "frailty": draw(
                st.sampled_from([{"gamma": [2, 0.5]}, {"gamma": None, "lognormal": [30, 4]}, 0, 3])
            ),
            "outside": draw(st.sampled_from([{"lognormal": [200, 0.5]}, 200])),
        },
        "behaviour": draw(st.sampled_from(behaviours)),
        "news": draw(NEWS),
        "plots": draw(PLOTS),
        "command": draw(COMMAND),
        "acts": draw(acts()),
        "record": {"hazards": True},
        "levers": levers,
        "conditions": {"surveillance": draw(st.floats(0, 1)), **OFFERED},
        "policies": {name: {**said, "actor": name} for name, said in drawn.items()},
    }


def scenarios(
    behaviours: Sequence[dict[str, Any]], levers: dict[str, Any]
) -> st.SearchStrategy[Scenario]:
    return changes(behaviours, levers).map(lambda drawn: small_scenario(**drawn))
