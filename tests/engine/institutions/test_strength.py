"""The weight of units in an attempt."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from builders import small_population
from defectsim.engine.institutions.attempts import brigades, commanded, total
from defectsim.model.transitions import STATUSES, Status
from defectsim.population.units import NOBODY, Level

POPULATION = small_population(forces={"branches": {"guard": {"capital": 1}}})
UNITS = POPULATION.units
NAMES = UNITS.names
INPUTS = SimpleNamespace(population=POPULATION)


def engine(leads: dict[int, str] | None = None, **statuses: int) -> Any:
    """Return an engine with so many people in each status in every unit, and some commanders."""
    counts = np.array([[statuses.get(status, 0)] * len(UNITS.level) for status in STATUSES])
    led = np.full(len(POPULATION), NOBODY, np.int32)
    for row, name in (leads or {}).items():
        led[row] = NAMES.index(name)
    return SimpleNamespace(inputs=INPUTS, unit_counts=counts, leads=led)


def weights(outside: float) -> np.ndarray[Any, Any]:
    """Return the weight of one person of each unit."""
    return np.where(UNITS.capital, 1.0, outside)


def soldiers(branch: str) -> list[int]:
    """Return the rows of two soldiers of a branch."""
    return [POPULATION.row(f"{branch}-{number}") for number in (8, 9)]


@pytest.mark.parametrize(("branch", "weight"), [("guard", 1), ("army", 0.25)])
def test_a_unit_weighs_its_people_who_serve_and_less_far_from_the_capital(
    branch: str, weight: float
) -> None:
    row, _ = soldiers(branch)
    assert UNITS.capital[NAMES.index(f"{branch} brigade 1")] == (branch == "guard")
    people = {"loyal": 10, "plotting": 4, "shirking": 6, "deserted": 100, "defected": 100}
    there = engine({row: f"{branch} brigade 1"}, **people)
    assert commanded(there, weights(0.25), [row]) == (1 + 17) * weight
    assert commanded(engine(**people), weights(0.25), [row]) == weight


def test_brigades_take_sides_each_with_its_people() -> None:
    counts = np.outer(np.arange(len(STATUSES)) == Status.LOYAL, np.arange(len(UNITS.level)))
    there: Any = SimpleNamespace(inputs=INPUTS, unit_counts=counts)
    found = brigades(there)
    assert [NAMES[unit] for unit in found] == [
        "army brigade 1",
        "army brigade 2",
        "guard brigade 1",
    ]
    assert all(people == unit for unit, people in found.items())
    assert total(weights(1.0), found) == sum(found)


def test_units_lie_in_brigades() -> None:
    units = [NAMES.index(f"army {level} 1") for level in ("company", "battalion", "brigade")]
    brigade = UNITS.ancestors[:, Level.BRIGADE]
    assert brigade[units].tolist() == [units[-1]] * 3
    assert brigade[NAMES.index("army")] == NOBODY
    assert np.count_nonzero(UNITS.level == Level.BRIGADE) == 3


@pytest.mark.parametrize(
    ("first", "second", "units"),
    [
        ("army company 1", "army brigade 1", 1),
        ("army company 1", "army battalion 1", 1),
        ("army brigade 1", "army brigade 2", 2),
        ("army brigade 1", "army command 1", 1),
        ("army command 1", "army", 0),
    ],
)
def test_each_unit_up_to_a_brigade_is_counted_once(first: str, second: str, units: int) -> None:
    rows = soldiers("army")
    there = engine(dict(zip(rows, (first, second), strict=True)), loyal=10)
    assert commanded(there, weights(1.0), rows) == 2 + 10 * units
