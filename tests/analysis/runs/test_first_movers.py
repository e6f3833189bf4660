"""First movers of each group, and the people who took a status before and after them."""

import polars as pl

from defectsim.analysis.runs.first_movers import FOLLOWED_DAYS, first_movers, most_frequent
from fixed_study import fixed_study, week


def test_the_first_of_each_rank_and_those_before_and_after_them() -> None:
    found = first_movers(fixed_study().events, "defected", "rank").sort("replicate", "group")
    assert found.filter(group="enlisted")["replicate"].to_list() == [1, 2, 3, 4, 5]
    (soldiers, general) = found.filter(replicate=4).to_dicts()
    assert soldiers["date"] == week(1)
    assert soldiers["agents"] == ["army-2", "army-3", "army-4", "army-5"]
    assert (soldiers["before"], soldiers["followed"]) == (0, 9)
    assert (general["date"], general["agents"]) == (week(2), ["army-general-1"])
    assert (general["before"], general["followed"]) == (4, 8)


def test_who_comes_long_after_has_not_followed() -> None:
    events = fixed_study().events.filter(pl.col("rank") == "general", pl.col("replicate") == 4)
    late = events.with_columns(
        pl.col("date").dt.offset_by(f"{FOLLOWED_DAYS + 1}d"), agent=pl.lit("army-general-2")
    )
    both = pl.concat([events.cast({"agent": pl.String}), late.cast({"agent": pl.String})])
    assert first_movers(both, "defected", "rank")["followed"].to_list() == [0]
    soon = both.with_columns(pl.col("date").min())
    assert first_movers(soon, "defected", "rank")["agents"].to_list() == [
        ["army-general-1", "army-general-2"]
    ]


def test_who_was_most_often_among_the_first_is_named() -> None:
    firsts = first_movers(fixed_study().events, "defected", "rank")
    often = {row["group"]: row for row in most_frequent(firsts).to_dicts()}
    assert (often["general"]["agents"], often["general"]["runs"]) == ("army-general-1", 2)
    assert (often["enlisted"]["agents"], often["enlisted"]["runs"]) == ("army-2", 5)
