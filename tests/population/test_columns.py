from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from builders import small_population
from defectsim.model.transitions import Rank, Service
from defectsim.population.population import Population
from defectsim.population.units import Level

LARGE = {"branches": {"army": {"strength": 20_000}, "guard": {"strength": 5_000}}}


def of(population: Population, branch: str, rank: Rank) -> np.ndarray:
    return (population.branch == population.branches.index(branch)) & (population.rank == rank)


def test_numbers_are_everybodys_or_a_ranks() -> None:
    population = small_population(
        people={"outside": 30, "pay": {"enlisted": 10, "nco": 12, "officer": 20, "general": 100}}
    )
    assert set(population.columns["outside"]) == {30}
    for rank, pay in zip(Rank, [10, 12, 20, 100], strict=True):
        assert set(population.columns["pay"][population.rank == rank]) == {pay}


def test_a_column_without_entry_keeps_its_default() -> None:
    population = small_population()
    assert set(population.columns["cohesion"]) == {0.5}
    assert set(population.columns["exposure"][population.rank < Rank.GENERAL]) == {0}


def test_the_service_class_is_the_branchs() -> None:
    population = small_population()
    expected = np.where(
        population.branch == population.branches.index("guard"), Service.RESERVE, Service.ACTIVE
    )
    assert np.array_equal(population.columns["service"], expected)


@pytest.mark.parametrize("branch", ["army", "guard"])
def test_each_rank_of_each_branch_follows_its_distribution(branch: str) -> None:
    people = {"jeopardy": {"enlisted": {"exponential": 1}, "officer": {"gamma": [3, 2]}}}
    population = small_population(forces=LARGE, people=people)
    enlisted, officers = (
        population.columns["jeopardy"][of(population, branch, rank)] for rank in (Rank.ENLISTED, 2)
    )
    assert stats.kstest(enlisted, stats.expon().cdf).pvalue > 0.01
    assert stats.kstest(officers, stats.gamma(3, scale=2).cdf).pvalue > 0.01
    assert stats.kstest(officers, stats.expon().cdf).pvalue < 0.01
    assert set(population.columns["jeopardy"][of(population, branch, Rank.NCO)]) == {0}


def test_columns_and_branches_have_draws_of_their_own() -> None:
    distribution = {"uniform": [0, 1]}
    population = small_population(
        forces=LARGE, people={"jeopardy": distribution, "cohesion": distribution}
    )
    jeopardy, cohesion = population.columns["jeopardy"], population.columns["cohesion"]
    assert abs(stats.spearmanr(jeopardy, cohesion).statistic) < 0.02
    army, guard = (
        jeopardy[of(population, branch, Rank.ENLISTED)][:3000] for branch in ("army", "guard")
    )
    assert abs(stats.spearmanr(army, guard).statistic) < 0.05


def test_a_distribution_per_unit_gives_one_value_to_each_unit() -> None:
    population = small_population(people={"grievance": {"normal": [0, 1], "per": "unit"}})
    units = pl.DataFrame({"unit": population.unit, "grievance": population.columns["grievance"]})
    values = units.group_by("unit").agg(pl.col("grievance").unique())["grievance"]
    assert set(values.list.len()) == {1}
    assert values.explode().n_unique() == len(values)


def test_units_values_follow_the_distribution_as_peoples_do() -> None:
    company = {"officer": 1, "nco": 0, "enlisted": 4}
    population = small_population(
        forces={**LARGE, "company": company}, people={"cohesion": {"beta": [2, 3], "per": "unit"}}
    )
    _, one_each = np.unique(population.unit, return_index=True)
    companies = one_each[population.units.level[population.unit[one_each]] == Level.COMPANY]
    assert len(companies) == 5_000
    values = population.columns["cohesion"][companies]
    assert stats.kstest(values, stats.beta(2, 3).cdf).pvalue > 0.01
    assert stats.kstest(values, stats.beta(3, 3).cdf).pvalue < 0.01


def test_a_branch_says_what_is_different_with_it_rank_by_rank() -> None:
    guard = {"people": {"pay": {"officer": 99}, "cohesion": 0.9, "outside": {"uniform": [1, 2]}}}
    population = small_population(forces={"branches": {"guard": guard}})
    pay, outside = population.columns["pay"], population.columns["outside"]
    assert set(pay[of(population, "guard", Rank.OFFICER)]) == {99}
    assert set(pay[of(population, "guard", Rank.ENLISTED)]) == {10}
    assert set(pay[of(population, "army", Rank.OFFICER)]) == {20}
    in_guard = population.branch == population.branches.index("guard")
    assert set(population.columns["cohesion"][in_guard]) == {0.9}
    assert set(population.columns["cohesion"][~in_guard]) == {0.5}
    assert outside[in_guard].max() <= 2 < outside[~in_guard].min()


def test_listed_values_go_to_the_people_of_a_rank_in_a_branch_in_their_order() -> None:
    guard = {"people": {"perks": {"general": {"values": [70, 60]}}}}
    population = small_population(forces={"branches": {"guard": guard}})
    perks = population.columns["perks"]
    assert [perks[population.row(f"guard-general-{number}")] for number in (1, 2)] == [70, 60]
    assert perks.sum() == 130


def test_own_attributes_of_everybody_and_of_one_branch_become_columns() -> None:
    guard = {"people": {"attributes": {"oath": 3}}}
    population = small_population(
        forces={"branches": {"guard": guard}},
        people={"attributes": {"skill": {"nco": {"uniform": [5, 6]}}}},
    )
    in_guard = population.branch == population.branches.index("guard")
    assert set(population.columns["oath"][in_guard]) == {3}
    assert set(population.columns["oath"][~in_guard]) == {0}
    nco = population.rank == Rank.NCO
    assert 5 <= population.columns["skill"][nco].min() < population.columns["skill"][nco].max() <= 6
    assert set(population.columns["skill"][~nco]) == {0}


def attributes(population: Population, replicate: int = 0) -> dict[str, Any]:
    return {name: column.tolist() for name, column in population.draw_columns(replicate).items()}


LAWS = ["outside", "exposure", "grievance", "frailty"]
"""Columns of which the small scenario says distributions."""


def test_each_replicate_draws_anew_what_distributions_leave_open_and_nothing_else() -> None:
    population = small_population()
    zero, three = attributes(population, 0), attributes(population, 3)
    assert [name for name in zero if zero[name] != three[name]] == LAWS
    assert attributes(population, 3) == three
    assert {name: column.tolist() for name, column in population.columns.items()} == zero
    for name in ("outside", "frailty"):
        assert not np.intersect1d(zero[name], three[name]).size, name


def test_no_two_people_share_a_draw() -> None:
    population = small_population(
        people={"frailty": {"gamma": [2, 0.5]}, "jeopardy": {"uniform": [0, 1]}}
    )
    for name in ("frailty", "jeopardy"):
        drawn = np.concatenate([population.draw_columns(replicate)[name] for replicate in range(5)])
        assert len(np.unique(drawn)) == 5 * len(population)


def test_replicates_tell_nothing_of_each_other() -> None:
    population = small_population(forces=LARGE)
    zero, one = (population.draw_columns(replicate)["outside"] for replicate in (0, 1))
    assert abs(stats.spearmanr(zero, one).statistic) < 0.02


def test_people_of_one_unit_who_are_alike_have_one_value_in_every_replicate() -> None:
    population = small_population(
        people={"attributes": {"skill": {"nco": 3, "officer": {"normal": [0, 1]}}}}
    )
    for replicate in (0, 1):
        for name, column in population.draw_columns(replicate).items():
            alike = pl.DataFrame(
                {"unit": population.unit, "like": population.cohort_codes[name], "value": column}
            )
            kinds = alike.group_by("unit", "like").agg(pl.col("value").n_unique())
            assert kinds["value"].max() == 1, name


def test_people_differ_within_a_unit_only_by_distributions_and_lists_of_their_own() -> None:
    guard = {"people": {"perks": {"general": {"values": [70, 60]}}}}
    population = small_population(forces={"branches": {"guard": guard}})
    kinds = pl.DataFrame({"unit": population.unit, "rank": population.rank})
    alike = {
        name: kinds.with_columns(like=population.cohort_codes[name]).unique().height
        for name in ("pay", "cohesion", "grievance", "exposure", "outside")
    }
    once = kinds.unique().height
    assert alike == {
        "pay": once,
        "cohesion": once,
        "grievance": once,
        "exposure": kinds.filter(pl.col("rank") < Rank.GENERAL).unique().height + 7,
        "outside": len(population),
    }
    listed = population.cohort_codes["perks"][of(population, "guard", Rank.GENERAL)]
    assert len(set(listed.tolist())) == 2


def test_one_seed_draws_one_army_and_0_is_not_1() -> None:
    zero = small_population(seed=0)
    assert attributes(zero) == attributes(small_population(seed=0))
    assert (zero.ties != small_population(seed=0).ties).nnz == 0
    one = small_population(seed=1)
    assert not np.intersect1d(zero.columns["frailty"], one.columns["frailty"]).size
    assert (zero.ties != one.ties).nnz > 0
