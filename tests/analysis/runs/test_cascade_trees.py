"""Cascades as trees of those who took others along."""

import datetime as dt

import polars as pl

from defectsim.analysis.cascades import forest
from defectsim.analysis.runs.cascade_trees import largest_trees

START = dt.date(2018, 1, 1)
FOLLOWED = [
    ("general", None, 0),
    ("captain", "general", 0),
    ("one", "captain", 0),
    ("two", "captain", 1),
    ("major", "general", 2),
    ("three", "major", 2),
    ("other", None, 0),
    ("friend", "other", 1),
    ("hermit", None, 3),
]
"""Agent, whoever brought them along, and week."""


def trees(most: int = 9) -> list[pl.DataFrame]:
    rows = [
        {
            "replicate": 0,
            "date": START + dt.timedelta(weeks=week),
            "agent": agent,
            "rank": "general" if agent == "general" else "enlisted",
            "cause": "commander" if instigator else "decision",
            "instigator": instigator,
        }
        for agent, instigator, week in sorted(FOLLOWED, key=lambda one: one[2])
    ]
    return largest_trees(forest(pl.DataFrame(rows)), most)


def test_the_largest_come_first_and_one_person_is_none() -> None:
    assert [tree["agent"][0] for tree in trees()] == ["general", "other"]
    assert len(trees(1)) == 1


def test_a_tree_has_those_who_took_others_along_and_counts_all_below() -> None:
    tree = {row["agent"]: row for row in trees()[0].to_dicts()}
    assert list(tree) == ["general", "captain", "major"]
    assert {agent: row["below"] for agent, row in tree.items()} == {
        "general": 5,
        "captain": 2,
        "major": 1,
    }
    assert (tree["captain"]["alone"], tree["general"]["alone"]) == (2, 0)
    assert tree["captain"]["parent"] == tree["major"]["parent"] == tree["general"]["number"]


def test_days_count_from_the_beginning_to_the_last_member() -> None:
    tree = trees()[0]
    assert tree["days"].to_list() == [0, 0, 14]
    assert set(tree["until"]) == {START + dt.timedelta(weeks=2)}
    assert trees()[1]["until"][0] == START + dt.timedelta(weeks=1)


def test_whoever_leads_stands_above_the_middle_of_those_who_follow() -> None:
    slots = dict(trees()[0].select("agent", "slot").iter_rows())
    assert slots == {"captain": 0.0, "major": 1.0, "general": 0.5}
