"""Cascades of hand-made chains: who brought whom along, how far down, and when."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from defectsim.analysis.cascades import WAYS, Cascades, cascades
from defectsim.core.errors import StudyDamagedError, StudyIncompleteError

START = dt.date(2018, 1, 1)

type Chain = list[tuple[str, int, str, str | None]]
"""Agent, week, cause, instigator."""


def table(*runs: Chain, status: str = "defected", changed: str | None = None) -> pl.LazyFrame:
    rows = [
        {
            "replicate": replicate,
            "date": START + dt.timedelta(weeks=week),
            "agent": agent,
            "rank": "enlisted",
            "branch": "army",
            "status_to": status,
            "cause": cause,
            "instigator": instigator,
            "changed": changed if cause == "decision" else None,
        }
        for replicate, run in enumerate(runs)
        for agent, week, cause, instigator in run
    ]
    strings = dict.fromkeys(("agent", "instigator", "changed"), pl.String)
    return pl.LazyFrame(rows, schema_overrides={**strings, "replicate": pl.Int32})


CHAIN: Chain = [
    ("general", 0, "decision", None),
    ("captain", 0, "commander", "general"),
    ("one", 0, "commander", "captain"),
    ("two", 0, "commander", "captain"),
    ("friend", 3, "tie", "two"),
    ("hermit", 5, "decision", None),
]


def of_run(found: Cascades, replicate: int = 0) -> dict[str, Any]:
    (row,) = found.by_run.filter(replicate=replicate).to_dicts()
    return row


def test_sizes_depth_and_ways_of_a_chain_are_those_drawn() -> None:
    found = cascades(table(CHAIN), [0], "defected")
    assert of_run(found) == {
        "replicate": 0,
        "people": 6,
        "vertical": 3,
        "horizontal": 1,
        "alone": 2,
        "cascades": 1,
        "largest": 5,
        "depth": 3,
        "first": START,
    }
    assert found.sizes.rows() == [(1, 1), (5, 1)]


def test_reproduction_is_the_number_brought_along_by_those_of_a_week() -> None:
    weekly = cascades(table(CHAIN), [0], "defected").reproduction
    assert dict(weekly.select("week", "q50").iter_rows()) == {
        START: (1 + 2 + 0 + 1) / 4,
        START + dt.timedelta(weeks=3): 0,
        START + dt.timedelta(weeks=5): 0,
    }


def test_first_movers_and_beginners_of_the_largest_cascade_are_counted_across_runs() -> None:
    later: Chain = [("captain", 1, "decision", None), ("one", 2, "commander", "captain")]
    found = cascades(table(CHAIN, later, later), [0, 1, 2], "defected").movers
    rows = {row["agent"]: (row["first"], row["largest"]) for row in found.to_dicts()}
    assert rows["captain"] == (2, 2)
    assert rows["general"] == (1, 1)
    assert "hermit" not in rows


def test_runs_in_which_nobody_moved_count_as_runs() -> None:
    found = cascades(table(CHAIN, [], []), [0, 1, 2], "defected")
    assert found.runs == 3
    assert found.by_run["people"].to_list() == [6, 0, 0]
    (tie,) = found.before.filter(cause="tie").to_dicts()
    assert (tie["people_q05"], tie["people_q50"]) == (0, 0)
    assert tie["people_q95"] > 0


def test_nobody_is_brought_along_by_somebody_who_moved_later_or_never() -> None:
    run: Chain = [("one", 0, "commander", "late"), ("late", 2, "decision", None)]
    run.append(("plotter", 1, "discovery", "informer"))
    found = of_run(cascades(table(run), [0], "defected"))
    assert (found["cascades"], found["depth"]) == (0, 0)
    assert (found["vertical"], found["horizontal"], found["alone"]) == (1, 1, 1)


def test_what_came_before_adds_up_to_the_people() -> None:
    found = cascades(table(CHAIN, changed="lever"), [0], "defected")
    assert found.before["people_q50"].sum() == of_run(found)["people"]
    assert sum(of_run(found)[way] for way in WAYS) == of_run(found)["people"]
    decided = found.before.filter(cause="decision")
    assert decided["changed"].to_list() == ["lever"]


def test_only_the_first_time_of_the_asked_status_counts() -> None:
    again: Chain = [*CHAIN, ("one", 9, "decision", None)]
    assert of_run(cascades(table(again), [0], "defected"))["people"] == 6
    assert of_run(cascades(table(CHAIN), [0], "deserted"))["people"] == 0


def test_a_study_in_which_all_failed_is_refused() -> None:
    with pytest.raises(StudyIncompleteError, match="there is no run whose causes could be read"):
        cascades(table(CHAIN), [], "defected")


def test_causes_that_go_in_a_circle_are_refused_at_once() -> None:
    circle: Chain = [("one", 0, "commander", "two"), ("two", 0, "commander", "one")]
    with pytest.raises(StudyDamagedError, match="goes in a circle"):
        cascades(table(circle), [0], "defected")


def test_who_followed_at_once_is_not_among_the_first_movers() -> None:
    found = cascades(table(CHAIN), [0], "defected").movers
    assert found["agent"].to_list() == ["general"]
