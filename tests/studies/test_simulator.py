"""The result of a run does not depend on who simulates it, with which others, or from where."""

import datetime as dt
import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from builders import small_scenario
from defectsim.execution.simulator import RunResult
from defectsim.scenario.load import load
from defectsim.scenario.overrides import as_yaml
from defectsim.studies import simulator as module
from defectsim.studies.simulator import PlanSimulator
from plans import plan_with, simulator, small_plan

FAILING = """
from defectsim import NoParameters, Rates, rule

@rule
def decide(agent, unit, country, p: NoParameters):
    if country.surveillance > 0.15:
        raise ValueError("too much")
    return Rates(desert=0.2)
"""


def payloads(results: Iterable[RunResult]) -> dict[int, tuple[object, object]]:
    return {result.run: (result.payload.row, result.payload.tables) for result in results}


def test_runs_are_the_same_forked_straight_one_by_one_and_in_another_process() -> None:
    batch = tuple(range(12))
    forked = payloads(simulator(4).simulate(batch))
    straight = PlanSimulator(small_plan(4), "compiled", fork=False)
    assert payloads(straight.simulate(batch)) == forked
    one_by_one = (next(straight.simulate((run,))) for run in reversed(batch))
    assert payloads(one_by_one) == forked
    elsewhere = pickle.loads(pickle.dumps(simulator(4)))
    assert payloads(elsewhere.simulate(batch)) == forked
    assert len({row["hash"] for row, _ in forked.values()}) > 4


def test_a_run_that_fails_has_the_same_error_wherever_it_was_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(FAILING)
    policy = {"lever": "surveillance", "value": 0.0, "effective": dt.date(2018, 4, 1)}
    changes = {
        "behaviour": {"soldier": "mine.py:decide", "general": "mine.py:decide"},
        "policies": {"watch": policy},
    }
    Path("small.yaml").write_text(as_yaml(small_scenario(**changes)))
    overrides = [(), ("policies.watch.value=0.1",), ("policies.watch.value=0.9",)]
    plan = plan_with(load(tmp_path / "small.yaml"), overrides)
    forked, straight = (PlanSimulator(plan, "reference", fork) for fork in (True, False))
    elsewhere = pickle.loads(pickle.dumps(forked))
    Path("mine.py").write_text("")  # the error shows the code that ran, not what is there now
    found = [payloads(one.simulate((0, 1, 2))) for one in (forked, straight, elsewhere)]
    assert found[0] == found[1] == found[2]
    rows = [found[0][run][0] for run in range(3)]
    assert [row["status"] for row in rows] == ["done", "done", "failed"]
    error = str(rows[2]["error"])
    assert error.strip().endswith("ValueError: too much")
    assert 'File "mine.py", line 7, in decide\n    raise ValueError("too much")' in error
    assert str(tmp_path) not in error
    assert "/" not in error.split('File "defectsim')[0].splitlines()[-1]


def test_what_fails_in_a_common_past_alone_is_run_straight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = payloads(simulator(3).simulate((0, 1, 2)))

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("defectsim.engine.run.Run.snapshot", broken)
    assert payloads(simulator(3).simulate((0, 1, 2))) == whole


def test_points_share_a_population_that_is_the_same() -> None:
    three = simulator(3)
    setups = [three.setup(point) for point in range(3)]
    assert setups[1].population is setups[0].population


def test_code_of_a_script_or_notebook_is_found_by_no_other_process_whichever_point_names_it() -> (
    None
):
    assert simulator().portable
    code = {"defectsim.behaviour.soldier:decide": "", "__main__:decide": ""}
    assert not PlanSimulator(replace(small_plan(), code=code), "compiled").portable


def test_few_populations_are_in_hand() -> None:
    overrides = [(f"people.attachment={number}",) for number in range(6)]
    many = PlanSimulator(plan_with(small_scenario(), overrides), "compiled")
    list(many.simulate(tuple(range(6))))
    assert len(many.setups) <= module._IN_HAND
