import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl
import pytest

from builders import small_scenario
from defectsim.engine.begin import simulate
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.protocol import Engine
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import STATUSES

EAGER = {
    "soldier": {
        "parameters": {
            "base_desertion": 0.05,
            "base_defection": 0.05,
            "base_shirking": 1,
            "base_return": 20,
        }
    }
}


class Kept(NamedTuple):
    """A record, its tables as frames."""

    run: Mapping[str, Any]
    series: pl.DataFrame
    attempts: pl.DataFrame | None
    events: pl.DataFrame | None


def kept_of(engine: Engine) -> Kept:
    left = record(engine, 3)
    frames = {name: pl.DataFrame(table) for name, table in left.tables.items()}
    return Kept(left.run, frames["series"], frames.get("attempts"), frames.get("events"))


def recorded(**changes: object) -> tuple[StudySetup, Kept]:
    setup = StudySetup(small_scenario(behaviour=EAGER, **changes), 0)
    return setup, kept_of(simulate(setup, 3))


def test_series_hold_everybody_at_every_date() -> None:
    setup, kept = recorded()
    people = kept.series.group_by("date").agg(
        pl.sum_horizontal(pl.col(STATUSES)).sum().alias("people")
    )
    assert set(people["people"]) == {len(setup.population)}
    assert sorted(people["date"]) == setup.scenario.clock.dates()
    at_start = kept.series.filter(pl.col("date") == setup.scenario.clock.start)
    assert at_start["loyal"].sum() == len(setup.population)


def test_events_add_up_to_the_series() -> None:
    _, kept = recorded()
    assert kept.events is not None
    strength = {
        "loyal": kept.series.filter(pl.col("date") == kept.series["date"].min())["loyal"].sum()
    }
    for date in (dt.date(2018, 3, 12), dt.date(2018, 6, 25)):
        events, series = (
            table.filter(pl.col("date") <= date) for table in (kept.events, kept.series)
        )
        for status in STATUSES:
            came = events.filter(pl.col("status_to") == status).height
            went = events.filter(pl.col("status_from") == status).height
            assert (
                strength.get(status, 0) + came - went
                == series.filter(pl.col("date") == date)[status].sum()
            )
    assert kept.events["agent"].n_unique() < kept.events.height > 20


def test_a_persons_events_follow_upon_each_other() -> None:
    _, kept = recorded()
    assert kept.events is not None
    stands: dict[str, str] = {}
    for row in kept.events.iter_rows(named=True):
        assert row["status_from"] == stands.get(row["agent"], "loyal")
        stands[row["agent"]] = row["status_to"]
    assert kept.events["date"].is_sorted()


def test_the_run_says_how_it_ended() -> None:
    setup, kept = recorded()
    end = kept.series.filter(pl.col("date") == kept.series["date"].max())
    assert kept.run["strength"] == len(setup.population)
    assert kept.run["deserted"] == end["deserted"].sum()
    assert kept.run["defected"] == end["defected"].sum()
    assert (
        kept.run["generals_defected"] == end.filter(pl.col("rank") == "general")["defected"].sum()
    )
    assert kept.run["share_defected"] == end["defected"].sum() / len(setup.population)


def test_the_run_counts_who_is_struck_off_and_what_became_of_it() -> None:
    setup, kept = recorded(recording={"orders": [dt.date(2018, 4, 1)]})
    struck = kept.series.group_by("date", maintain_order=True).agg(
        pl.col("recorded", "deserted").sum()
    )
    before = struck.filter(pl.col("date") < dt.date(2018, 4, 1))
    assert set(before["recorded"]) == {0}
    assert set(struck.filter(pl.col("date") > dt.date(2018, 4, 1))["recorded"]) == {
        before["deserted"].last()
    }
    assert kept.run["recorded"] == before["deserted"].last()
    assert kept.run["outcome"] == "survives"
    assert kept.run["fell"] is None
    end = kept.series.filter(pl.col("date") == kept.series["date"].max())
    serving = end["loyal"].sum() + end["shirking"].sum() / 2
    assert kept.run["loyal_share"] == pytest.approx(serving / len(setup.population))
    assert kept.attempts is None


def test_after_a_coup_no_order_strikes_anybody_off() -> None:
    finished = simulate(StudySetup(small_scenario(behaviour=EAGER), 0), 3)
    full = kept_of(finished)
    finished.attempts += [
        Attempt(3, 3, 9, 0.1, 0.3, "failure", 2),
        Attempt(10, 10, 12, 0.6, 0.2, "success", 5),
    ]
    kept = kept_of(finished)
    assert (kept.run["attempts"], kept.run["failed_attempts"], kept.run["casualties"]) == (2, 1, 7)
    assert (kept.run["outcome"], kept.run["fell"]) == ("coup", dt.date(2018, 3, 19))
    assert kept.attempts is not None
    assert kept.attempts["date"].to_list() == [dt.date(2018, 1, 29), dt.date(2018, 3, 19)]
    assert kept.attempts["result"].to_list() == ["failure", "success"]
    early = full.series.filter(pl.col("date") <= dt.date(2018, 3, 19))
    assert kept.series.filter(pl.col("date") <= dt.date(2018, 3, 19)).equals(early)
    at_the_fall = early.filter(pl.col("date") == dt.date(2018, 3, 19))["recorded"].sum()
    assert kept.run["recorded"] == at_the_fall
    assert at_the_fall < int(str(full.run["recorded"]))


def test_events_name_people_and_units_as_the_population_does() -> None:
    setup, kept = recorded()
    assert kept.events is not None
    for row in kept.events.head(20).iter_rows(named=True):
        place = setup.population.row(row["agent"])
        assert row["branch"] == setup.population.branches[setup.population.branch[place]]
        assert row["unit"] == setup.population.units.name(setup.population.unit[place])


def test_events_are_left_out_where_the_scenario_says_so() -> None:
    assert recorded(record={"events": False})[1].events is None


def test_a_thinned_series_has_the_first_and_the_last_date_and_every_so_many_between() -> None:
    full, thinned = (recorded(record={"every": every})[1].series for every in (1, 10))
    dates = full["date"].unique().sort()
    kept = [*dates.gather_every(10), dates[-1]]
    assert len(kept) == len(set(kept))
    assert thinned.equals(full.filter(pl.col("date").is_in(kept)))


def test_a_study_without_series_is_the_same_otherwise() -> None:
    setup = StudySetup(small_scenario(behaviour=EAGER, record={"series": "none"}), 0)
    left = record(simulate(setup, 3), 3)
    assert set(left.tables) == {"events"}
    assert left.run == recorded()[1].run
