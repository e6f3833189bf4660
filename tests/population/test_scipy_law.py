from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats
from scipy.stats._distr_params import distcont, distdiscrete

from defectsim.core.randomness import uniforms
from defectsim.core.section import Bounds
from defectsim.population import distribution as draw
from defectsim.population.distribution import Distribution, faults

EXAMPLES = {name: shapes for name, shapes in [*distcont, *distdiscrete] if isinstance(name, str)}
"""Shapes with which scipy tests each of its distributions."""
LEFT_OUT = {"studentized_range", "poisson_binom"}
"""One takes seconds; the other's parameter is a list, which no law has."""


def law(name: str, **parameters: float) -> Distribution:
    return Distribution.model_validate({"distribution": name, "parameters": parameters})


def refused(data: dict[str, Any]) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        Distribution.model_validate(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - LEFT_OUT))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_distribution_of_scipy_is_a_law_by_its_own_names(name: str) -> None:
    distribution = getattr(stats, name)
    names = [shape.strip() for shape in (distribution.shapes or "").split(",") if shape.strip()]
    parameters = dict(zip(names, map(float, EXAMPLES[name]), strict=True))
    uniform = uniforms(1, (name,), 5)
    drawn = draw.values(law(name, **parameters), uniform, Bounds())
    assert np.array_equal(drawn, distribution(**parameters).ppf(uniform))
    assert np.isfinite(drawn).all()


def test_all_that_is_wrong_is_said_at_once_and_in_its_place() -> None:
    assert refused({"distribution": "beta", "parameters": {"a": -1, "scael": 2, "scale": 0}}) == {
        ("parameters", "a"): "-1 must be above 0",
        ("parameters", "b"): "beta needs b, which is missing",
        (
            "parameters",
            "scael",
        ): "beta takes no such parameter, only a, b, loc, scale; did you mean 'scale'?",
        ("parameters", "scale"): "0 must be above 0",
    }


@pytest.mark.parametrize(
    ("name", "parameters", "place"),
    [
        ("weibul_min", {"c": 1}, ("distribution",)),
        ("multivariate_normal", {}, ("distribution",)),
        ("rv_continuous", {}, ("distribution",)),
        ("poisson", {"mu": 1, "scale": 2}, ("parameters", "scale")),
        ("poisson", {"mu": -1}, ("parameters", "mu")),
        ("binom", {"n": 2.5, "p": 0.5}, ("parameters", "n")),
        ("binom", {"n": 2, "p": 1.5}, ("parameters", "p")),
        ("truncnorm", {"a": 2, "b": 1}, ("parameters",)),
    ],
)
def test_what_scipy_cannot_draw_is_refused(
    name: str, parameters: dict[str, float], place: tuple[str, ...]
) -> None:
    assert [found for found, _ in faults(name, parameters)] == [place]


def test_the_name_that_was_meant_is_scipys() -> None:
    assert refused({"distribution": "weibul_min"})[("distribution",)].endswith(
        "did you mean 'weibull_min'?"
    )


def test_parameters_belong_to_a_distribution_and_are_finite() -> None:
    assert "exactly one of" in refused({"parameters": {"c": 1}})[()]
    assert "name it" in refused({"normal": [0, 1], "parameters": {"c": 1}})[()]
    assert ("parameters", "loc") in refused(
        {"distribution": "norm", "parameters": {"loc": float("inf")}}
    )


@pytest.mark.parametrize(
    ("low", "high"), [(0, np.inf), (1, np.inf), (2, 4), (-np.inf, 3), (3, 3), (0.5, 1.5)]
)
def test_a_discrete_law_is_truncated_to_the_whole_numbers_within_its_bounds(
    low: float, high: float
) -> None:
    bounds, counted = Bounds(low, high), np.arange(0, 30)
    within = counted[(counted >= low) & (counted <= high)]
    expected = stats.poisson(2).pmf(within)
    drawn = draw.values(law("poisson", mu=2), uniforms(1, ("draw",), 5000), bounds)
    assert draw.mass(law("poisson", mu=2), bounds) == pytest.approx(expected.sum())
    shares = np.array([np.mean(drawn == value) for value in within])
    assert set(drawn) <= set(within)
    assert shares == pytest.approx(expected / expected.sum(), abs=0.03)


def test_the_lowest_draw_is_the_lowest_value() -> None:
    lowest = np.zeros(1)
    assert draw.values(law("poisson", mu=2, loc=-3), lowest, Bounds()) == -3
    assert draw.values(law("poisson", mu=2, loc=-3), lowest, Bounds(low=0)) == 0
    assert draw.values(law("weibull_min", c=2, loc=1), lowest, Bounds()) == 1
