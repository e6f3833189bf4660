"""The weight of units in an attempt."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from builders import small_population
from defectsim.engine.institutions.strength import Strength
from defectsim.model.transitions import STATUSES, Status
from defectsim.population.units import Level

POPULATION = small_population(forces={"branches": {"guard": {"capital": 1}}})
UNITS = POPULATION.units
NAMES = UNITS.names.to_list()


def engine(**statuses: int) -> Any:
    """Return an engine in which so many stand in each status, in every unit."""
    stands = np.array([[statuses.get(status, 0)] * len(UNITS.level) for status in STATUSES])
    return SimpleNamespace(stands=stands)


def test_a_unit_weighs_its_people_who_serve_and_less_far_from_the_capital() -> None:
    strength = Strength(POPULATION, 0.25)
    army, guard = NAMES.index("army brigade 1"), NAMES.index("guard brigade 1")
    assert UNITS.capital[guard] > UNITS.capital[army]
    there = engine(loyal=10, plotting=4, shirking=6, deserted=100, defected=100)
    assert strength.of(there, guard) == 17
    assert strength.of(there, army) == 17 / 4
    assert (strength.person(guard), strength.person(army)) == (1, 0.25)


def test_brigades_take_sides_each_with_its_weight() -> None:
    strength = Strength(POPULATION, 1.0)
    stands = np.outer(np.arange(len(STATUSES)) == Status.LOYAL, np.arange(len(UNITS.level)))
    brigades = strength.brigades(SimpleNamespace(stands=stands))
    assert [NAMES[unit] for unit in brigades] == [
        "army brigade 1",
        "army brigade 2",
        "guard brigade 1",
    ]
    assert all(weight == unit for unit, weight in brigades.items())


def test_units_lie_in_brigades_and_in_each_other() -> None:
    strength = Strength(POPULATION, 1.0)
    company, battalion, brigade = (
        NAMES.index(f"army {level} 1") for level in ("company", "battalion", "brigade")
    )
    assert strength.brigade[[company, battalion, brigade]].tolist() == [brigade] * 3
    assert strength.brigade[NAMES.index("army")] == -1
    assert strength.within(company, {brigade})
    assert not strength.within(brigade, {company, brigade})
    assert [
        strength.up_to_brigade(unit) for unit in (company, brigade, NAMES.index("army command 1"))
    ] == [
        True,
        True,
        False,
    ]
    assert np.count_nonzero(UNITS.level == Level.BRIGADE) == 3
