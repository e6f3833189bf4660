import re

import pytest

from builders import small_population

POPULATION = small_population()


def test_people_stand_by_branch_soldiers_before_generals() -> None:
    assert len(POPULATION) == 50 + 5 + 25 + 2
    assert POPULATION.branches == ("army", "guard")
    assert POPULATION.ids[[0, 49, 50, 54, 55, 79, 80, 81]].to_list() == [
        "army-1",
        "army-50",
        "army-general-1",
        "army-general-5",
        "guard-1",
        "guard-25",
        "guard-general-1",
        "guard-general-2",
    ]


def test_names_are_everybodys_own_and_lead_back_to_them() -> None:
    assert POPULATION.ids.n_unique() == len(POPULATION)
    assert [POPULATION.row(name) for name in POPULATION.ids] == list(range(len(POPULATION)))


def test_numbers_begin_at_1_among_the_soldiers_and_the_generals_of_each_branch() -> None:
    numbers = [int(name.rpartition("-")[2]) for name in POPULATION.ids]
    assert numbers == [*range(1, 51), *range(1, 6), *range(1, 26), *range(1, 3)]


def test_numbers_pass_over_branches_without_generals() -> None:
    population = small_population(
        forces={"branches": {"army": {"generals": 0}, "guard": {"generals": 0}}}
    )
    assert population.ids[[0, 49, 50, 74]].to_list() == ["army-1", "army-50", "guard-1", "guard-25"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("guard-26", "; the last there is 'guard-25'"),
        ("guard-0", "; names are like 'army-1'"),
        ("general-2", "; did you mean 'army-general-2' or 'guard-general-2'?"),
        ("navy-1", "; did you mean 'army-1'?"),
        ("", "; names are like 'army-1'"),
    ],
)
def test_a_name_of_nobody_is_refused_with_what_is_near(name: str, hint: str) -> None:
    with pytest.raises(KeyError, match=re.escape(f"nobody called '{name}'{hint}")):
        POPULATION.row(name)


def test_strength_counts_people_by_branch_and_rank() -> None:
    assert POPULATION.strength.tolist() == [[30, 10, 10, 5], [13, 6, 6, 2]]


def test_people_are_in_the_capital_where_their_unit_is_and_so_in_every_run() -> None:
    population = small_population(forces={"branches": {"army": {"capital": 0.5}}})
    there = population.columns["capital"]
    assert there.dtype == "int8"
    assert there.tolist() == population.units.capital[population.unit].tolist()
    assert (
        there.tolist()
        == population.draw_columns(3)["capital"].tolist()
        == population.cohort_codes["capital"].tolist()
    )
    assert {population.ids[row].partition("-")[0] for row in there.nonzero()[0].tolist()} == {
        "army"
    }
    assert 0 < there.sum() < 55
    assert not POPULATION.columns["capital"].any()
