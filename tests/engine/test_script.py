import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

import defectsim as ds
from builders import EVERYBODY, NOBODY, START, small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status

QUIET = {
    "soldier": {
        "parameters": dict.fromkeys(
            (
                "base_desertion",
                "base_defection",
                "base_retirement",
                "base_shirking",
                "base_plotting",
            ),
            0,
        )
    },
    "general": {
        "parameters": dict.fromkeys(
            ("base_flight", "base_defection", "base_retirement", "base_plotting"), 0
        )
    },
    "follow": {"parameters": {"base": -100}},
}
OWN_STEPS = {
    **QUIET,
    "general": "example_scripts:Waverer",
    "follow": NOBODY,
}
ENGINES: list[EngineName] = ["compiled", "reference"]


def model(seed: int = 0, engine: EngineName = "compiled", **changes: Any) -> ds.DefectionModel:
    return ds.DefectionModel(
        small_scenario(**{"behaviour": QUIET, **changes}), rng=seed, engine=engine
    )


def act(name: str, **changes: Any) -> dict[str, Any]:
    return {"one": {"act": f"example_scripts:{name}", "date": dt.date(2018, 2, 1), **changes}}


def test_an_act_is_done_once_in_the_first_step_on_or_after_its_date_to_those_it_reaches() -> None:
    cut = act(
        "cut_pay",
        parameters={"share": 0.25},
        audience={"branch": ["guard"], "rank": ["nco", "officer"]},
    )
    made = model(acts=cut)
    before = made.column("pay").copy()
    paid = {date: made.column("pay").copy() for date in made.iterate()}
    ranks, guard = made.column("rank"), made.population.branch == 1
    cut_rows = guard & np.isin(ranks, [1, 2])
    assert {date for date, pay in paid.items() if np.array_equal(pay, before)} == {
        date for date in paid if date < dt.date(2018, 2, 12)
    }
    after = paid[max(paid)]
    assert np.array_equal(after[cut_rows], before[cut_rows] * 0.25)
    assert np.array_equal(after[~cut_rows], before[~cut_rows])


def test_acts_of_one_step_are_done_in_the_order_of_their_dates() -> None:
    raised, cut = (
        {"act": f"example_scripts:{name}", "audience": {"branch": ["guard"]}}
        for name in ("raise_pay", "cut_pay")
    )
    pay = {}
    for first in ("raise", "cut"):
        days = {"raise": 13 + (first == "cut"), "cut": 13 + (first == "raise")}
        acts = {
            "b_raise": {**raised, "date": dt.date(2018, 2, days["raise"])},
            "a_cut": {**cut, "date": dt.date(2018, 2, days["cut"])},
        }
        pay[first] = model(acts=acts).run().person("guard-general-1").pay
    assert pay == {"raise": 75.0, "cut": 100.0}


def test_an_act_that_repeats_is_done_on_each_of_its_dates() -> None:
    again = {"every": "1 month", "from": dt.date(2018, 1, 31), "until": dt.date(2018, 4, 30)}
    made = model(acts={"one": {"act": "example_scripts:raise_pay", **again}})
    general = made.person("army-general-1")
    before, raised = general.pay, []
    for date in made.iterate():
        if general.pay != before:
            raised.append(date - dt.timedelta(7))
        before = general.pay
    assert raised == [dt.date(2018, 2, 5), dt.date(2018, 3, 5), dt.date(2018, 4, 2)]


def test_each_repetition_draws_anew() -> None:
    again = {"every": "7 days", "from": START, "until": START + dt.timedelta(14)}
    purge = {"act": "defectsim.policies.government:purge", "parameters": {"share": 0.5}}
    arrested = model(acts={"one": {**purge, **again}}).run().engine.events
    assert 0 < (arrested.step == 1).sum() < (arrested.step == 0).sum()


def test_people_whom_an_act_makes_alike_stay_in_one_cohort() -> None:
    made = model(acts=act("cut_pay"), people={"outside": 200})
    cohorts = len(made.engine.army.general)
    assert len(made.run().engine.army.general) == cohorts < len(made.population)


@pytest.mark.long
def test_cells_stay_where_only_what_nobody_reads_of_those_is_written() -> None:
    """Generals fret, which the rule of soldiers would read of soldiers."""
    made = model(behaviour=OWN_STEPS)
    army = made.engine.army
    made.step()
    assert made.engine.army is army
    made.person("army-1").grievance = 2.0
    made.step()
    assert made.engine.army is not army


def test_columns_that_runs_share_cannot_be_written_behind_the_models_back() -> None:
    setup = StudySetup(small_scenario(behaviour=QUIET), 0)
    made = ds.DefectionModel(setup.scenario, setup=setup)
    made.person("army-1").pay = 1.0
    for name in ("pay", "perks"):
        with pytest.raises(ValueError, match="read-only"):
            made.column(name)[:] = 7.0
    assert setup.population.columns["pay"][0] == 20.0


def test_an_act_draws_the_same_for_the_same_people_whoever_else_there_is() -> None:
    whole, part = (
        model(
            acts=act("designate", **only), forces={"branches": {"army": {"strength": strength}}}
        ).run()
        for only, strength in (({}, 50), ({"audience": {"branch": ["army"]}}, 60))
    )
    exposed = [
        {
            agent.unique_id
            for agent in made.agents
            if agent.exposure == 1.0 and agent.branch == "army"
        }
        for made in (whole, part)
    ]
    assert exposed[0]
    assert exposed[0] <= exposed[1]
    assert all(int(name.split("-")[-1]) > 50 for name in exposed[1] - exposed[0])


def test_an_act_moves_rules_that_read_what_it_wrote() -> None:
    eager = {"soldier": {"parameters": {"base_desertion": 0.2}}}
    poor = ds.run(
        small_scenario(behaviour=eager, acts=act("cut_pay", parameters={"share": 0.1})), seed=0
    )
    rich = ds.run(small_scenario(behaviour=eager), seed=0)
    assert poor.runs["deserted"].mean() > rich.runs["deserted"].mean() > 0
    first = dt.date(2018, 2, 5)
    early = [
        study.events.filter(pl.col("date") <= first).drop("agent", "unit", "branch")
        for study in (poor, rich)
    ]
    assert early[0].equals(early[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_observers_are_asked_at_every_date(engine: EngineName) -> None:
    scenario = small_scenario(
        behaviour={"soldier": {"parameters": {"base_desertion": 0.5}}},
        observers={"mine": "example_scripts:observe"},
    )
    study = ds.run(scenario, replicates=2, seed=0, engine=engine)
    seen = study.observations
    assert seen.height == 2 * 3 * (scenario.clock.steps + 1)
    assert set(seen["observer"]) == {"mine"}
    loyal = seen.filter(pl.col("name") == "loyal").sort("replicate", "date")["value"]
    counted = (
        study.series.group_by("replicate", "date")
        .agg(pl.col("loyal").sum())
        .sort("replicate", "date")["loyal"]
    )
    assert loyal.to_list() == counted.to_list()
    assert seen.filter(pl.col("name") == "day")["value"][0] == START.day


@pytest.mark.parametrize("engine", ENGINES)
def test_what_an_observer_keeps_stays_as_it_was(
    engine: EngineName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("example_scripts._SEEN", {})
    made = model(
        engine=engine,
        behaviour={"soldier": {"parameters": {"base_desertion": 0.9}}},
        observers={"x": "example_scripts:keeps"},
    )
    assert (
        sum(seen.value for seen in made.run().engine.observations)
        == np.count_nonzero(made.column("status"))
        > 0
    )


def test_an_observer_that_does_wrong_is_a_failed_run() -> None:
    for name, said in (("wrong", "must return named numbers"), ("breaks_in", "read-only")):
        with pytest.warns(ds.FailedRunsWarning, match=f"1 of 1 runs failed.*{said}"):
            study = ds.run(
                small_scenario(observers={"mine": f"example_scripts:{name}"}), replicates=1, seed=0
            )
        assert study.runs["status"].to_list() == ["failed"]
        assert said in study.runs["error"][0]


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_generals_may_have_a_step_of_their_own(engine: EngineName) -> None:
    behaviour = {
        **OWN_STEPS,
        "general": {"rule": "example_scripts:Waverer", "parameters": {"leave_below": 0.2}},
    }
    made = model(engine=engine, behaviour=behaviour).run()
    generals = made.agents.select(agent_type=ds.General)
    gone = [agent for agent in generals if agent.status == Status.DEFECTED]
    assert gone
    assert all(agent.p.leave_below == 0.2 for agent in generals)
    for agent in gone:
        (when,) = made.engine.events.step[made.engine.events.row == agent.row]
        assert agent.grievance - made.population.columns["grievance"][agent.row] == pytest.approx(
            0.1 * (when + 1)
        )
    soldiers = made.agents.select(agent_type=ds.Soldier)
    assert not any(agent.status for agent in soldiers)


def test_steps_of_ones_own_give_the_same_events_in_both_engines() -> None:
    behaviour = {
        "soldier": {"parameters": {"base_desertion": 0.3, "base_defection": 0.3}},
        "general": {"rule": "example_scripts:Waverer", "parameters": {"leave_below": 0.1}},
        "follow": EVERYBODY,
    }
    engines = [model(3, engine, behaviour=behaviour).run().engine for engine in ENGINES]
    for one, other in zip(*(engine.events for engine in engines), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(engines[0].counts, engines[1].counts)
    causes = engines[0].events.cause
    assert set(causes.tolist()) >= {0, 1}


def test_agents_begin_alike_in_both_engines() -> None:
    runs = []
    for engine in ENGINES:
        made = model(2, engine, behaviour={**OWN_STEPS, "general": "example_scripts:Grown"})
        grown = made.column("grievance") - made.population.columns["grievance"]
        made.step()
        runs.append((grown.tolist(), made.engine.events.row.tolist()))
    assert runs[0] == runs[1]
    assert sum(runs[0][0]) == 7.0
    assert runs[0][1]


@pytest.mark.parametrize("engine", ENGINES)
def test_soldiers_see_their_superior_as_the_step_began(engine: EngineName) -> None:
    behaviour = {
        "soldier": "example_scripts:Deserter",
        "general": "rules:steady",
        "follow": QUIET["follow"],
    }
    made = model(engine=engine, behaviour=behaviour)
    general = made.person("army-general-1")
    general.defect()
    under = [agent for agent in made.agents if agent.superior is general]
    assert under
    made.step()
    assert general.status == Status.DEFECTED
    assert not any(agent.status for agent in under)
    made.step()
    soldiers = [agent for agent in under if isinstance(agent, ds.Soldier)]
    assert all(agent.status == Status.DESERTED for agent in soldiers)


def test_agents_see_what_rules_see() -> None:
    behaviour = {
        "soldier": {"parameters": {"base_desertion": 0.5, "base_defection": 0.5}},
        "general": "example_scripts:Watcher",
        "follow": EVERYBODY,
    }
    protest = {"lever": "protest", "value": 0.6, "effective": dt.date(2018, 3, 5)}
    ramp = {
        "lever": "off_ramp",
        "value": 0.5,
        "effective": START,
        "audience": {"branch": ["guard"]},
    }
    made = [
        model(
            3,
            engine,
            behaviour=behaviour,
            policies={"a": protest, "b": ramp},
            conditions={"sanctions": 0.1},
        ).run()
        for engine in ENGINES
    ]
    assert made[0].noted == made[1].noted
    rows, around, shares, levels, offers = zip(*made[0].noted, strict=True)
    assert set(levels) == {0.0, 0.6}
    guard = made[0].population.branch == 1
    assert {(bool(guard[row]), offer) for row, offer in zip(rows, offers, strict=True)} == {
        (True, 0.5),
        (False, 0.0),
    }
    assert len({unit.deserted for unit in around}) > 3
    assert shares[0] == (0.0, 0.0, 0.0)
    assert 0 < shares[-1][0] < 1
    deserted = made[0].engine.counts[-1, :, :, Status.DESERTED].sum() / len(made[0].population)
    assert made[0].agent(0).country.forces_deserted == deserted


def test_agents_are_asked_in_random_order_the_same_for_one_seed() -> None:
    behaviour = {"soldier": "example_scripts:Grid", "general": "rules:steady"}
    orders = []
    for seed in (0, 0, 1):
        made = model(seed, behaviour=behaviour)
        made.step()
        orders.append(made.asked)
    assert orders[0] == orders[1] != orders[2]
    assert (
        sorted(orders[0]) == sorted(orders[2]) == np.flatnonzero(made.column("rank") < 3).tolist()
    )
    assert orders[0] != sorted(orders[0])


def test_draws_are_keyed_by_purpose_person_step_and_replicate() -> None:
    setup = StudySetup(small_scenario(behaviour=QUIET), 0)
    one, same, other = (
        ds.DefectionModel(setup.scenario, setup=setup, replicate=n) for n in (0, 0, 1)
    )
    agent = one.person("army-3")
    first = agent.draw("a")
    assert first == agent.draw("a") == same.person("army-3").draw("a")
    assert (
        len(
            {
                first,
                agent.draw("b"),
                one.person("army-4").draw("a"),
                other.person("army-3").draw("a"),
            }
        )
        == 4
    )
    one.step()
    assert agent.draw("a") != first
    assert 0 <= first < 1


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        (
            {"acts": {"x": {"act": "example_scripts:Asleep", "date": START}}},
            ("acts", "x", "act"),
            "act(people, p)",
        ),
        (
            {"acts": {"x": {"act": "example_scripts:nothing", "date": START}}},
            ("acts", "x", "act"),
            "not in that module",
        ),
        (
            {"acts": act("cut_pay", date=dt.date(2017, 1, 1))},
            ("acts", "one", "date"),
            "2017-01-01 is before the clock, which begins on 2018-01-01: give that day or a later one",
        ),
        (
            {"acts": act("cut_pay", date=dt.date(2018, 7, 1))},
            ("acts", "one", "date"),
            "no step begins on 2018-07-01 or after it, for the last begins on 2018-06-18: give an",
        ),
        (
            {"acts": act("cut_pay", parameters={"shar": 1})},
            ("acts", "one", "parameters", "shar"),
            "did you mean",
        ),
        (
            {"acts": act("designate", parameters={"x": 1})},
            ("acts", "one", "parameters", "x"),
            "unknown parameter",
        ),
        (
            {"acts": act("designate", audience={"branch": ["gard"]})},
            ("acts", "one", "audience", "branch", 0),
            "did you",
        ),
        (
            {"behaviour": {"general": "example_scripts:Zealot"}},
            ("behaviour", "general", "rule"),
            "its own pay hides",
        ),
        (
            {"observers": {"x": "example_scripts:Cut"}},
            ("observers", "x", "observe"),
            "observe(view)",
        ),
        (
            {"behaviour": {"general": "example_scripts:Asleep"}},
            ("behaviour", "general", "rule"),
            "a step of its own",
        ),
        (
            {"behaviour": {"general": "example_scripts:Deserter"}},
            ("behaviour", "general", "rule"),
            "of defectsim.Gen",
        ),
        (
            {"behaviour": {"follow": "example_scripts:Waverer"}},
            ("behaviour", "follow", "rule"),
            "not marked @rule",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    changes: dict[str, Any], place: tuple[str | int, ...], said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        small_scenario(**changes)
    found = {error["loc"]: error["msg"] for error in caught.value.errors()}
    assert said in found[place]


def test_agents_see_the_country_as_a_run_leaves_it() -> None:
    made = model(behaviour={**QUIET, "general": {"parameters": {"base_defection": 5000}}}).run()
    generals = made.column("rank") == 3
    gone = (made.column("status")[generals] == Status.DEFECTED).mean()
    assert gone > 0
    assert made.person("army-1").country.generals_defected == gone


def test_a_class_hides_no_attribute_that_the_scenario_declares() -> None:
    behaviour = {"general": "example_scripts:Zealot"}
    with pytest.raises(ValidationError) as caught:
        small_scenario(behaviour=behaviour, people={"attributes": {"zeal": 1, "other": 2}})
    assert [error["msg"].split(" hides")[0] for error in caught.value.errors()] == [
        "example_scripts:Zealot: its own pay",
        "example_scripts:Zealot: its own zeal",
    ]
