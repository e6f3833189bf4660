"""Observers return named numbers, and nothing else."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from defectsim.core.errors import RuleError
from defectsim.policies.observers import ObserverSection


def seen(found: Any) -> dict[str, float]:
    section = ObserverSection.model_validate("defectsim.policies.observers:mean_state")
    section._code = SimpleNamespace(thing=lambda _: found)  # type: ignore[assignment]
    return section.seen(None)  # type: ignore[arg-type]


def test_numbers_of_any_type_are_numbers() -> None:
    numbers = [1, True, 2.5, np.float32(0.5), np.int8(3), np.bool_(True), np.array(4), Decimal(2)]
    assert seen({f"n{place}": number for place, number in enumerate(numbers)}) == {
        f"n{place}": float(number) for place, number in enumerate(numbers)
    }
    assert seen({}) == {}


@pytest.mark.parametrize(
    "found", [{"x": "3"}, {3: 1.0}, {"x": None}, {"x": 1j}, {"x": 10**400}, [1.0], None, "x" * 999]
)
def test_what_is_no_named_number_is_refused_and_shown(found: Any) -> None:
    with pytest.raises(RuleError) as caught:
        seen(found)
    must = (
        "defectsim.policies.observers:mean_state: must return named numbers, as in {'share': 0.5}"
    )
    assert str(caught.value) == f"{must}, not {repr(found)[:100]}"
