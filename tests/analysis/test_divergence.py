import datetime as dt
from typing import Any

import polars as pl
import pytest

from builders import small_scenario
from defectsim.analysis.divergence import (
    divergence_by_pair,
    person_divergence,
    summarize_divergence,
)
from defectsim.core.errors import StudyIncompleteError
from defectsim.engine.begin import simulate
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup

MONDAY = dt.date(2018, 1, 1)
COLUMNS = {
    "date": pl.Date(),
    **dict.fromkeys(
        ("agent", "rank", "branch", "unit", "status_from", "status_to", "cause"), pl.String()
    ),
}


def events_of(*changes: str) -> pl.DataFrame:
    """Return events, each written as ``week person from to`` or a cause too; a name begins with the rank."""
    rows = []
    for change in changes:
        week, agent, start, end, *cause = change.split()
        rank = {"e": "enlisted", "o": "officer", "g": "general"}[agent[0]]
        person = {"agent": agent, "rank": rank, "branch": "army", "unit": "army-1"}
        moved = {"status_from": start, "status_to": end, "cause": cause[0] if cause else "decision"}
        rows.append({"date": MONDAY + dt.timedelta(weeks=int(week)), **person, **moved})
    return pl.DataFrame(rows, schema=COLUMNS)


def diverging(base: pl.DataFrame, other: pl.DataFrame) -> dict[str, tuple[Any, ...]]:
    """Return by person: week of divergence, whether they acted, and both ends."""
    return {
        agent: ((date - MONDAY).days // 7, acted, base, other)
        for agent, date, acted, base, other in person_divergence(base, other)
        .select("agent", "date", "acted", "status_base", "status_other")
        .rows()
    }


def test_who_leaves_in_one_run_only_or_later_diverges_on_the_first_of_the_dates() -> None:
    base = events_of("3 e1 loyal deserted", "4 e2 loyal deserted", "5 e3 loyal deserted")
    other = events_of("3 e1 loyal deserted", "6 e2 loyal deserted", "2 e4 loyal defected")
    assert diverging(base, other) == {
        "e2": (4, True, "deserted", "deserted"),
        "e3": (5, True, "deserted", "loyal"),
        "e4": (2, True, "loyal", "defected"),
    }


def test_nobody_diverges_in_equal_runs_whatever_the_causes() -> None:
    base, other = (
        events_of("3 e1 loyal deserted", "4 o1 loyal defected"),
        events_of("3 e1 loyal deserted", "4 o1 loyal defected commander"),
    )
    assert diverging(base, other) == {}


def test_a_later_change_that_is_the_same_in_both_does_not_hide_an_earlier_one() -> None:
    base = events_of("3 o1 loyal shirking", "5 o1 shirking loyal", "8 o1 loyal deserted")
    assert diverging(base, events_of("8 o1 loyal deserted")) == {
        "o1": (3, True, "deserted", "deserted")
    }


def test_leaving_and_returning_on_one_date_counts() -> None:
    base = events_of("3 o1 loyal defected commander", "3 o1 defected loyal recall")
    assert diverging(base, events_of()) == {"o1": (3, True, "loyal", "loyal")}


def test_people_who_are_only_treated_differently_have_not_acted() -> None:
    base = events_of(
        "2 o1 loyal plotting", "4 o1 plotting arrested discovery", "5 g1 loyal dismissed government"
    )
    other = events_of("2 o1 loyal plotting", "6 o1 plotting arrested discovery")
    assert diverging(base, other) == {
        "o1": (4, False, "arrested", "arrested"),
        "g1": (5, False, "dismissed", "loyal"),
    }


def test_both_directions_count() -> None:
    one, two = events_of("3 e1 loyal deserted"), events_of("4 e2 loyal defected")
    assert diverging(one, two) == {
        key: (*when, b, a) for key, (*when, a, b) in diverging(two, one).items()
    }


def test_summaries_are_quantiles_across_all_pairs_with_those_without_divergence() -> None:
    base = events_of()
    counts = [0, 1, 2, 3, 4]
    pairs = [
        person_divergence(base, events_of(*(f"{n + 1} e{n} loyal deserted" for n in range(count))))
        for count in counts
    ]
    found = summarize_divergence(pairs)
    assert (found.pairs, found.same) == (5, 1)
    (enlisted,) = found.people.filter(branch="army", rank="enlisted").to_dicts()
    assert [enlisted[f"acted_{q}"] for q in ("q05", "q50", "q95")] == pytest.approx([0, 2, 4])
    assert [enlisted[f"{name}_q50"] for name in ("ended", "treated")] == [2, 0]
    (end,) = found.ends.filter(branch="all", rank="all").to_dicts()
    assert (end["status_base"], end["status_other"], end["q50"]) == ("loyal", "deserted", 2)


def test_totals_have_quantiles_of_totals() -> None:
    opposite = [
        events_of("1 e1 loyal deserted", "1 e2 loyal deserted"),
        events_of("1 g1 loyal deserted", "1 g2 loyal deserted"),
    ]
    people = summarize_divergence(
        person_divergence(events_of(), other) for other in opposite
    ).people
    medians = {(row["branch"], row["rank"]): row["acted_q50"] for row in people.to_dicts()}
    assert medians[("army", "enlisted")] == medians[("army", "general")] == 1
    assert medians[("army", "all")] == medians[("all", "all")] == 2


def test_dates_are_those_of_the_pairs_in_which_anybody_diverges() -> None:
    weeks = [*range(1, 21), 30]
    many = person_divergence(
        events_of(), events_of(*(f"{week} e{week} loyal deserted" for week in weeks))
    )
    found = summarize_divergence([many, many, person_divergence(events_of(), events_of())]).dates
    (enlisted,) = found.filter(branch="army", rank="enlisted").to_dicts()
    assert enlisted["pairs"] == 2
    dates = [enlisted[f"{when}_q50"] for when in ("q05", "q50", "q95")]
    assert dates == [MONDAY + dt.timedelta(weeks=week) for week in (2, 11, 20)]
    assert enlisted["q50_q05"] == enlisted["q50_q95"]


def test_nobody_is_counted_if_all_runs_are_equal() -> None:
    found = summarize_divergence(
        [person_divergence(events_of("1 e1 loyal deserted"), events_of("1 e1 loyal deserted"))] * 3
    )
    assert (found.pairs, found.same) == (3, 3)
    assert found.people.is_empty()
    assert found.ends.is_empty()
    assert found.dates.is_empty()


def test_a_summary_without_pairs_is_refused() -> None:
    with pytest.raises(StudyIncompleteError, match="no pair of runs to compare"):
        summarize_divergence([])


def test_runs_of_an_army_diverge_when_a_policy_begins_and_the_table_is_that_of_the_pairs() -> None:
    begins = dt.date(2018, 4, 2)
    eager = {"soldier": {"parameters": {"base_desertion": 0.5}}}
    ban = {"ban": {"lever": "travel_ban", "value": 0.9, "effective": begins}}
    setups = [
        StudySetup(small_scenario(behaviour=eager, policies=policies), 0) for policies in ({}, ban)
    ]
    kept = []
    for point, setup in enumerate(setups):
        for replicate in range(10):
            events = pl.DataFrame(record(simulate(setup, replicate), replicate).tables["events"])
            kept.append(events.with_columns(point=pl.lit(point), replicate=pl.lit(replicate)))
    pairs = list(divergence_by_pair(pl.concat(kept).lazy(), 0, 1, range(10)))
    assert len(pairs) == 10
    assert sum(pair.height for pair in pairs) > 10
    assert all(pair["date"].min() is None or pair["date"].min() > begins for pair in pairs)
    straight = person_divergence(kept[3], kept[13])
    assert pairs[3].equals(straight)
    assert summarize_divergence(pairs).same == sum(pair.is_empty() for pair in pairs)
