"""Columns of a run: what can be read by everybody, and what is refused in a sentence."""

from typing import Any

import numpy as np
import pytest

from builders import small_scenario
from defectsim.engine.model import DefectionModel


@pytest.fixture(scope="module")
def model() -> DefectionModel:
    return DefectionModel(small_scenario(), rng=1, engine="reference")


@pytest.mark.parametrize("name", ["branch", "unit"])
def test_a_model_has_the_columns_of_codes_that_observers_see(
    model: DefectionModel, name: str
) -> None:
    assert np.array_equal(model.column(name), getattr(model.population, name))
    with pytest.raises(AttributeError, match=f"{name} is not yours to set"):
        model.write(name, 0, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pya", "there is no column 'pya'; did you mean 'pay'?"),
        (3, "there is no column 3"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_the_nearest(
    model: DefectionModel, name: Any, said: str
) -> None:
    with pytest.raises(KeyError) as read:
        model.column(name)
    with pytest.raises(KeyError) as written:
        model.write(name, 0, 1.0)
    assert read.value.args == written.value.args == (said,)


@pytest.mark.parametrize("value", ["x", None, [1.0, None], 1j])
def test_what_is_no_number_is_not_written(model: DefectionModel, value: Any) -> None:
    before = model.column("pay").copy()
    with pytest.raises(TypeError) as caught:
        model.person("army-1").pay = value
    assert str(caught.value) == f"pay: must be a number, or one for each, not {value!r}"
    assert np.array_equal(model.column("pay"), before)
