"""Two worlds on one seed, who differs between them, and the events in sentences."""

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.divergence import person_divergence
from defectsim.app.catalogue import Catalogue
from defectsim.app.worlds import Differences, ShownWorld, comparable
from defectsim.engine.events import ENDS
from defectsim.engine.records.record import record
from defectsim.model.transitions import Rank, Status

READY = [
    "behaviour.general.parameters.base_defection={value: 8, range: [0, 10]}",
    "behaviour.follow.parameters.base=2",
]
"""Overrides by which generals are ready to go, and their people to follow."""
MOVED = ["behaviour.soldier.parameters.base_desertion=1.5", "policies.off_ramp.value=1"]


@pytest.fixture(scope="module")
def worlds(catalogue: Catalogue) -> tuple[ShownWorld, ShownWorld]:
    document = catalogue.document(catalogue.first)
    return ShownWorld(document.with_overrides(MOVED), 1), ShownWorld(document.scenario, 1)


def test_whoever_differs_is_found_step_by_step(worlds: tuple[ShownWorld, ShownWorld]) -> None:
    assert comparable(*(world.model.scenario for world in worlds))
    found, told = Differences(*worlds), []
    while worlds[0].model.running:
        for world in worlds:
            world.advance(1)
        told.append(found.now())
    here, there = (
        pl.from_arrow(record(world.model.engine, 0).tables["events"]) for world in worlds
    )
    diverging = person_divergence(there, here)
    assert told[-1]["people"] == diverging.height > 50
    ended = diverging.filter(pl.col("status_base") != pl.col("status_other")).height
    assert told[-1]["now"] == ended
    assert sum(told[-1]["ranks"]) == told[-1]["people"]
    assert [one["people"] for one in told] == sorted(one["people"] for one in told)
    names = {one["name"] for one in told[-1]["named"]}
    assert names <= {*diverging["agent"]}
    assert len(names) == 8


def test_a_world_does_not_differ_from_itself(catalogue: Catalogue) -> None:
    scenario = catalogue.document(catalogue.first).scenario
    pair = ShownWorld(scenario, 2), ShownWorld(scenario, 2)
    for world in pair:
        world.advance(8)
    assert Differences(*pair).now() == {"people": 0, "now": 0, "ranks": [0] * 4, "named": []}


def test_frames_hold_what_is_new_and_add_up(catalogue: Catalogue) -> None:
    world = ShownWorld(catalogue.document(catalogue.first).scenario, 1)
    first, army = world.frame(), world.description
    assert len(first["units"]) == len(army["units"]), "all units at the beginning"
    world.advance(5)
    second = world.frame()
    assert (second["from"], second["week"], len(second["counts"])) == (1, 5, 5)
    counts = np.array(second["counts"][-1]).reshape(len(army["branches"]), len(Rank), len(Status))
    assert counts.sum() == army["people"] == 618
    branch = army["units"][0]
    gone = {unit: state for unit, *state in second["units"]}[0]
    deserted = counts[army["branches"].index(branch["name"]), :, Status.DESERTED].sum()
    assert gone[0] == deserted > 0
    assert world.frame()["units"] == [], "nothing is sent twice"


def test_units_are_a_tree_whose_strength_adds_up(catalogue: Catalogue) -> None:
    army = ShownWorld(catalogue.document(catalogue.first).scenario, 1).description
    units = army["units"]
    roots = [one for one in units if one["parent"] < 0]
    assert sum(one["strength"] for one in roots) == army["people"]
    assert all(units[one["parent"]]["level"] > one["level"] for one in units if one not in roots)


@pytest.fixture(scope="module")
def lines(catalogue: Catalogue) -> list[dict[str, str]]:
    """The feed of half a year."""
    world = ShownWorld(catalogue.document(catalogue.first).with_overrides(READY), 1)
    world.advance(26)
    return world.frame()["feed"]


def test_policies_begin_and_end_in_their_week(lines: list[dict[str, str]]) -> None:
    told = {one["text"]: one["date"] for one in lines if one["kind"] == "policy"}
    assert told["pay_cut begins (pay 0.5; for all)"] == "2019-03-13"
    assert told["pay_cut ends"] == "2019-04-10"
    assert any(text.startswith("United States: off_ramp begins (off_ramp 0.3") for text in told)


def test_a_commander_who_goes_is_told_with_those_who_follow(lines: list[dict[str, str]]) -> None:
    led = [one["text"] for one in lines if " along" in one["text"]]
    assert any(text.startswith("general of ") and " defects and takes " in text for text in led)


def test_the_others_are_counted_by_rank(lines: list[dict[str, str]]) -> None:
    deserters = [one["text"] for one in lines if "people desert: " in one["text"]]
    assert deserters
    for text in deserters:
        total, by_rank = text.split(" people desert: ")
        assert int(total) == sum(int(part.split()[0]) for part in by_rank.split(", "))


def test_the_feed_tells_of_everybody_who_defects(catalogue: Catalogue) -> None:
    world = ShownWorld(catalogue.document(catalogue.first).with_overrides(READY), 1)
    weekly, known = [], 0
    while world.model.running:
        world.advance(1)
        records = world.model.engine.event_records(known)
        known += len(records)
        told = [one["text"] for one in world.frame()["feed"] if one["kind"] == "defected"]
        alone = sum(int(text.split()[0]) for text in told if text[0].isdigit())
        named = [text for text in told if not text[0].isdigit()]
        along = sum(int(text.split(" takes ")[1].split()[0]) for text in named if "along" in text)
        happened = np.count_nonzero(ENDS[records["transition"]] == Status.DEFECTED)
        weekly.append((happened, alone + len(named) + along))
    assert sum(happened for happened, _ in weekly) > 20
    assert all(happened == told for happened, told in weekly)
