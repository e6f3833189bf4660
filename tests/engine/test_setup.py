import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import small_scenario
from defectsim.engine.begin import simulate
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.fork import ForkedRuns
from eventful_scenarios import EAGER, assert_same

BAN: dict[str, Any] = {"lever": "travel_ban", "value": 0.5, "effective": dt.date(2018, 4, 2)}


def setup(seed: int = 0, **said: Any) -> StudySetup:
    return StudySetup(small_scenario(**said), seed)


@pytest.mark.parametrize(
    ("said", "army", "cells"),
    [
        ({"policies": {"ban": BAN}}, True, True),
        ({"behaviour": EAGER}, True, True),
        ({"policies": {"ban": {**BAN, "audience": {"agents": ["army-1"]}}}}, True, False),
        (
            {"behaviour": {"soldier": "rules:contagion"}, "people": {"attributes": {"seed": 0}}},
            False,
            False,
        ),
        ({"behaviour": {"soldier": "rules:steady"}}, True, False),
        ({"people": {"pay": {"officer": 21}}}, False, True),
        ({"people": {"pay": {"officer": {"normal": [21, 3]}}}}, False, False),
        ({"forces": {"battalion": 3}}, False, False),
        ({"seed": 1}, False, True),
    ],
)
def test_starts_share_the_army_and_the_cells_that_are_the_same(
    said: dict[str, Any], army: bool, cells: bool
) -> None:
    first = setup()
    other = setup(**said).like(first)
    assert (other.population is first.population) == army
    assert (other.grouping() is first.grouping()) == cells
    assert other == setup(**said)


@pytest.mark.parametrize(
    "said", [{}, {"people": {"pay": {"officer": 21}}}, {"seed": 1}], ids=["same", "paid", "seed"]
)
def test_a_setup_that_shares_with_another_yields_the_run_without_it(said: dict[str, Any]) -> None:
    said = {"behaviour": EAGER, **said}
    other = setup(**said).like(setup())
    assert_same(simulate(other, 1), simulate(setup(**said), 1))


def test_only_one_other_setup_is_kept_by_a_chain_that_share() -> None:
    first = setup()
    second = setup(seed=1).like(first)
    assert setup(seed=2).like(second).base is first


def test_a_rule_that_cannot_be_compiled_hinders_nobody_else() -> None:
    wrong = {"soldier": "rules:cannot_be_compiled", "follow": {"rule": "rules:chance"}}
    first = setup(behaviour=wrong)
    assert len(setup().like(first).grouping().army.general) > 0


def test_what_a_replicate_begins_with_is_drawn_once_for_all_who_share_an_army(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    inputs = StudySetup.inputs
    monkeypatch.setattr(
        StudySetup,
        "inputs",
        lambda self, replicate: drawn.append(replicate) or inputs(self, replicate),
    )
    setups = [
        setup(),
        setup(behaviour=EAGER),
        setup(policies={"ban": BAN}),
        setup(forces={"battalion": 3}),
    ]
    runs = {place: run() for place, run in ForkedRuns(setups).runs(4)}
    assert drawn == [4, 4]
    for place, one in enumerate(setups):
        assert np.array_equal(runs[place].events.row, simulate(one, 4).events.row)
