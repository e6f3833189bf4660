import datetime as dt

import polars as pl

from builders import small_scenario
from defectsim.core.statuses import STATUSES
from defectsim.engine.live import live
from defectsim.engine.record import Record, record
from defectsim.engine.start import Start


def recorded(replicate: int = 3, **changes: object) -> tuple[Start, Record]:
    behaviour = {"soldier": {"parameters": {"base_desertion": 0.3, "base_defection": 0.3}}}
    start = Start(small_scenario(behaviour=behaviour, **changes), 0)
    return start, record(live(start, replicate), replicate)


def test_series_hold_everybody_at_every_date() -> None:
    start, kept = recorded()
    people = kept.series.group_by("date").agg(pl.sum_horizontal(pl.col(STATUSES)).sum().alias("people"))
    assert set(people["people"]) == {len(start.population)}
    assert sorted(people["date"]) == start.scenario.clock.dates()
    assert set(kept.series["replicate"]) == {3}
    at_start = kept.series.filter(pl.col("date") == start.scenario.clock.start)
    assert at_start["loyal"].sum() == len(start.population)


def test_events_add_up_to_the_series() -> None:
    _, kept = recorded()
    assert kept.events is not None
    for date in (dt.date(2018, 3, 12), dt.date(2018, 6, 25)):
        for status in ("deserted", "defected"):
            counted = kept.events.filter(pl.col("date") <= date, pl.col("status_to") == status).height
            assert counted == kept.series.filter(pl.col("date") == date)[status].sum()
    assert kept.events.height > 10
    assert kept.events["agent"].n_unique() == kept.events.height


def test_the_run_says_how_it_ended() -> None:
    start, kept = recorded()
    end = kept.series.filter(pl.col("date") == kept.series["date"].max())
    assert kept.run["strength"] == len(start.population)
    assert kept.run["deserted"] == end["deserted"].sum()
    assert kept.run["defected"] == end["defected"].sum()
    assert kept.run["generals_defected"] == end.filter(pl.col("rank") == "general")["defected"].sum()
    assert kept.run["share_defected"] == end["defected"].sum() / len(start.population)


def test_events_name_people_and_units_as_the_population_does() -> None:
    start, kept = recorded()
    assert kept.events is not None
    for row in kept.events.head(20).iter_rows(named=True):
        place = start.population.row(row["agent"])
        assert row["branch"] == start.population.branches[start.population.branch[place]]
        assert row["unit"] == start.population.units.name(start.population.unit[place])
        assert row["status_from"] == "loyal"


def test_events_are_left_out_where_the_scenario_says_so() -> None:
    assert recorded(record={"events": False})[1].events is None
