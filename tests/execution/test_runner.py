"""What comes of a run does not depend on who lives it, with which others, or from where."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from builders import small_scenario
from defectsim.core.errors import StudyMismatchError
from defectsim.execution import runner as module
from defectsim.execution.runner import Lives
from defectsim.execution.work import RunResult
from defectsim.scenario.load import load
from defectsim.scenario.yaml import as_yaml
from working import made, work

FAILING = """
from defectsim import NoParameters, Rates, rule

@rule
def decide(agent, unit, country, p: NoParameters):
    if country.surveillance > 0.15:
        raise ValueError("too much")
    return Rates(desert=0.2)
"""


def packed(results: list[RunResult]) -> dict[int, tuple[object, object]]:
    return {result.run: (result.payload.row, result.payload.tables) for result in results}


def test_runs_are_the_same_forked_straight_and_one_by_one() -> None:
    task = tuple(range(12))
    forked = packed(Lives(work(points=4)).lived(task))
    straight = Lives(work(points=4, fork=False))
    assert packed(straight.lived(task)) == forked
    assert packed([result for run in reversed(task) for result in straight.lived((run,))]) == forked
    assert len({row["hash"] for row, _ in forked.values()}) > 4


def test_a_run_that_fails_is_an_outcome_told_alike_forked_or_not(
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
    works = [
        made(load("small.yaml"), overrides, engine="reference", fork=fork) for fork in (True, False)
    ]
    found = [packed(Lives(one).lived(tuple(range(3)))) for one in works]
    assert found[0] == found[1]
    assert [found[0][run][0]["status"] for run in range(3)] == ["done", "done", "failed"]
    error = str(found[0][2][0]["error"])
    assert error.strip().endswith("ValueError: too much")
    assert 'File "mine.py", line 7, in decide' in error
    assert str(tmp_path) not in error
    assert "/" not in error.split('File "defectsim')[0].splitlines()[-1]


def test_what_fails_in_a_common_past_alone_is_lived_straight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = packed(Lives(work(points=3)).lived((0, 1, 2)))

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("defectsim.engine.simulate.Bare.snapshot", broken)
    assert packed(Lives(work(points=3)).lived((0, 1, 2))) == whole


def test_points_share_an_army_that_is_the_same() -> None:
    lives = Lives(work(points=3))
    starts = [lives.start(point) for point in range(3)]
    assert starts[1].population is starts[0].population


def test_a_scenario_that_is_not_the_planned_one_is_refused() -> None:
    whole = work()
    other = work(small_scenario(clock={"end": dt.date(2018, 5, 1)}))
    mixed = replace(whole, files=other.files)
    with pytest.raises(StudyMismatchError, match="not the one that was planned"):
        Lives(mixed).lived((0,))


def test_code_of_a_script_or_notebook_is_found_by_no_other_process_whichever_point_names_it() -> (
    None
):
    assert Lives(work()).portable
    assert not Lives(
        replace(work(), code={"defectsim.behaviour.soldier:decide": "", "__main__:decide": ""})
    ).portable


def test_few_armies_are_in_hand() -> None:
    overrides = [(f"people.attachment={number}",) for number in range(6)]
    lives = Lives(made(small_scenario(), overrides))
    lives.lived(tuple(range(6)))
    assert len(lives._armies) <= module._IN_HAND
