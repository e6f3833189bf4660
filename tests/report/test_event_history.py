"""Tables of event history: cells say what the frames say, and a part that is missing stays out."""

from typing import Any

import polars as pl

from defectsim.report.event_history import channel_table, hazard_table, incidence_table

EFFECT: dict[str, Any] = {
    "scenario": "offered",
    "rank": "general",
    "transition": "defect",
    "base": 65.1,
    "counted": 3.5,
    "counted_low": 1.6,
    "counted_high": 6.0,
    "hazard": 3.7,
    "hazard_low": None,
    "hazard_high": None,
    "hazard_ratio": 1.5,
    "ratio_low": 1.2,
    "ratio_high": 1.8,
}


def test_effects_stand_beside_each_other() -> None:
    shirking = EFFECT | {"transition": "shirk"}
    of_soldiers = EFFECT | {"rank": "enlisted"}
    table = hazard_table(pl.DataFrame([EFFECT, shirking, of_soldiers]))
    (row,) = table.rows
    assert row == (
        "general, defect",
        "65",
        "+3.5 [+1.6, +6.0]",
        "+3.700 in each",
        "1.500 [1.200–1.800]",
    )


def test_scenarios_are_named_where_there_are_several() -> None:
    table = hazard_table(pl.DataFrame([EFFECT, EFFECT | {"scenario": "amnesty"}]))
    assert [row[0] for row in table.rows] == ["offered", "amnesty"]
    assert len(table.columns) == len(table.rows[0]) == 6


def test_incidence_is_that_of_the_last_date() -> None:
    frame = pl.DataFrame(
        {
            "status_to": ["deserted"] * 2,
            "date": ["2019-01-01", "2019-01-08"],
            "share": [0.1, 0.2],
            "low": [None, 0.15],
            "high": [None, 0.25],
        }
    )
    table = incidence_table(frame, ["status_to"])
    assert table.rows == [("deserted", "20 [15–25]")]
    assert "by 2019-01-08" in table.title
    alone = incidence_table(frame.head(1), ["status_to"])
    assert alone.rows == [("deserted", "10")]


def test_channels_say_what_is_left() -> None:
    found = {
        "channel": ["sanctions", "belief"],
        "whole": [1.75] * 2,
        "left": [0.0, 1.28],
        "difference": [1.75, 0.47],
        "low": [1.25, None],
        "high": [2.25, None],
    }
    table = channel_table(pl.DataFrame(found))
    assert "+1.75 in all" in table.title
    assert table.rows == [("sanctions", "+0", "+1.75 [+1.25, +2.25]"), ("belief", "+1.28", "+0.47")]
