import pytest

from builders import small_population
from defectsim.population.names import parse_name, person_name, unknown_person

SIZES = {
    ("army", "soldier"): 50,
    ("army", "general"): 5,
    ("guard", "soldier"): 25,
    ("guard", "general"): 0,
}


def test_names_are_those_of_the_tables() -> None:
    population = small_population(forces={"branches": {"guard": {"generals": 0}}})
    names = [
        person_name(block, number) for block, size in SIZES.items() for number in range(1, size + 1)
    ]
    assert names == population.ids.to_list()
    assert [name for name in names if unknown_person(name, SIZES)] == []
    for name in names:
        found = parse_name(name)
        assert found
        assert person_name(*found) == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("gaurd-3", "; did you mean 'guard-3'?"),
        ("guard-general-3", "; did you mean 'army-general-3'?"),
        ("guard-26", "; the last there is 'guard-25'"),
        ("army-0", "; names are like 'army-1'"),
        ("army-01", "; names are like 'army-1'"),
        ("", "; names are like 'army-1'"),
        ("army", "; names are like 'army-1'"),
    ],
)
def test_a_name_of_nobody_is_refused_with_what_is_near(name: str, hint: str) -> None:
    assert unknown_person(name, SIZES) == f"there is nobody called {name!r}{hint}"
