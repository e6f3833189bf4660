import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats
from scipy.stats._distr_params import distcont, distdiscrete

from defectsim.core.randomness import uniforms
from defectsim.core.section import Bounds
from defectsim.population.distribution import Distribution, parameter_faults

ANY = Bounds()


DISTRIBUTIONS: list[tuple[dict[str, Any], Any]] = [
    ({"uniform": [2, 5]}, stats.uniform(2, 3)),
    ({"normal": [1, 2]}, stats.norm(1, 2)),
    ({"lognormal": [200, 0.5]}, stats.lognorm(0.5, scale=200)),
    ({"beta": [2, 5]}, stats.beta(2, 5)),
    ({"gamma": [2, 0.5]}, stats.gamma(2, scale=0.5)),
    ({"exponential": 3}, stats.expon(scale=3)),
]


IDS = [next(iter(distribution)) for distribution, _ in DISTRIBUTIONS]


def drawn(distribution: dict[str, Any], bounds: Bounds = ANY, count: int = 4000) -> np.ndarray:
    return Distribution.model_validate(distribution).quantiles(
        uniforms(1, ("draw",), count), bounds
    )


@pytest.mark.parametrize(("distribution", "expected"), DISTRIBUTIONS, ids=IDS)
def test_values_follow_their_distribution_and_no_other(
    distribution: dict[str, Any], expected: Any
) -> None:
    values = drawn(distribution)
    assert stats.kstest(values, expected.cdf).pvalue > 0.01
    stretched = expected.mean() + (values - expected.mean()) * 1.1
    assert stats.kstest(stretched, expected.cdf).pvalue < 0.01
    for other, wrong in DISTRIBUTIONS:
        assert other == distribution or stats.kstest(values, wrong.cdf).pvalue < 0.01


@pytest.mark.parametrize(
    ("distribution", "moment", "value"),
    [
        ({"uniform": [2, 5]}, np.mean, 3.5),
        ({"normal": [1, 2]}, np.std, 2),
        ({"lognormal": [200, 0.5]}, np.median, 200),
        ({"beta": [2, 6]}, np.mean, 0.25),
        ({"gamma": [2, 0.5]}, np.mean, 1),
        ({"exponential": 3}, np.mean, 3),
    ],
    ids=IDS,
)
def test_parameters_mean_what_the_schema_says(
    distribution: dict[str, Any], moment: Any, value: float
) -> None:
    assert moment(drawn(distribution)) == pytest.approx(value, rel=0.03)


@pytest.mark.parametrize(("distribution", "expected"), DISTRIBUTIONS, ids=IDS)
def test_every_distribution_can_be_truncated(distribution: dict[str, Any], expected: Any) -> None:
    low, high = expected.ppf([0.3, 0.8])
    values = drawn(distribution, Bounds(low, high))
    assert low <= values.min() < values.max() <= high
    assert stats.kstest((expected.cdf(values) - 0.3) / 0.5, "uniform").pvalue > 0.01


@pytest.mark.parametrize(("distribution", "expected"), DISTRIBUTIONS, ids=IDS)
def test_the_mass_within_bounds_is_that_of_scipy(
    distribution: dict[str, Any], expected: Any
) -> None:
    followed = Distribution.model_validate(distribution)
    assert followed.mass(ANY) == 1
    assert followed.mass(Bounds(*expected.ppf([0.3, 0.8]))) == pytest.approx(0.5)
    assert followed.mass(Bounds(high=expected.ppf(1e-5))) == pytest.approx(1e-5, rel=1e-4)


@pytest.mark.parametrize("p", [0, 0.03, 0.3, 1 / 3, 1])
@pytest.mark.parametrize(("low", "high"), [(0, 1), (-np.inf, np.inf), (1, 5), (-2, 0)])
def test_a_bernoulli_distribution_is_that_of_scipy(p: float, low: float, high: float) -> None:
    expected, bounds, draws = stats.bernoulli(p), Bounds(low, high), uniforms(1, ("draw",), 4000)
    followed = scipys("bernoulli", p=p)
    below, up_to = expected.cdf([low - 1, high])
    assert followed.mass(bounds) == pytest.approx(up_to - below)
    if up_to > below:
        values = expected.ppf(below + draws * (up_to - below))
        assert np.array_equal(followed.quantiles(draws, bounds), values)


def test_a_distribution_is_truncated_to_its_bounds_without_a_heap_at_their_ends() -> None:
    values = drawn({"normal": [0.2, 0.5]}, Bounds(0, 1))
    expected = stats.truncnorm(-0.4, 1.6, 0.2, 0.5)
    assert 0 <= values.min() < values.max() <= 1
    assert stats.kstest(values, expected.cdf).pvalue > 0.01
    clipped = np.clip(drawn({"normal": [0.2, 0.5]}), 0, 1)
    assert stats.kstest(clipped, expected.cdf).pvalue < 0.01


@given(st.integers(0, len(DISTRIBUTIONS) - 1), st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_a_higher_draw_never_gives_a_lower_value(which: int, lower: int, higher: int) -> None:
    draws = np.sort(np.array([lower, higher])) / 2**53
    first, second = Distribution.model_validate(DISTRIBUTIONS[which][0]).quantiles(
        draws, Bounds(low=0)
    )
    assert 0 <= first <= second < math.inf


def test_a_distribution_of_another_scale_moves_everybody_alike() -> None:
    assert drawn({"lognormal": [400, 0.5]}) == pytest.approx(2 * drawn({"lognormal": [200, 0.5]}))


EXAMPLES = {name: shapes for name, shapes in [*distcont, *distdiscrete] if isinstance(name, str)}
"""Shapes with which scipy tests each of its distributions."""


LEFT_OUT = {"studentized_range", "poisson_binom"}
"""One takes seconds; the other's parameter is a list, which no distribution has."""


def scipys(name: str, **parameters: float) -> Distribution:
    return Distribution.model_validate({"distribution": name, "parameters": parameters})


def refused(data: dict[str, Any]) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        Distribution.model_validate(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - LEFT_OUT))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_distribution_of_scipy_is_drawn_from_by_its_own_names(name: str) -> None:
    distribution = getattr(stats, name)
    names = [shape.strip() for shape in (distribution.shapes or "").split(",") if shape.strip()]
    parameters = dict(zip(names, map(float, EXAMPLES[name]), strict=True))
    uniform = uniforms(1, (name,), 5)
    drawn = scipys(name, **parameters).quantiles(uniform, Bounds())
    assert np.array_equal(drawn, distribution(**parameters).ppf(uniform))
    assert np.isfinite(drawn).all()


def test_all_faults_are_reported_at_once_and_in_its_place() -> None:
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
    assert [found for found, _ in parameter_faults(name, parameters)] == [place]


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
def test_a_discrete_distribution_is_truncated_to_the_whole_numbers_within_its_bounds(
    low: float, high: float
) -> None:
    bounds, counted = Bounds(low, high), np.arange(0, 30)
    within = counted[(counted >= low) & (counted <= high)]
    expected = stats.poisson(2).pmf(within)
    drawn = scipys("poisson", mu=2).quantiles(uniforms(1, ("draw",), 5000), bounds)
    assert scipys("poisson", mu=2).mass(bounds) == pytest.approx(expected.sum())
    shares = np.array([np.mean(drawn == value) for value in within])
    assert set(drawn) <= set(within)
    assert shares == pytest.approx(expected / expected.sum(), abs=0.03)


def test_the_lowest_draw_is_the_lowest_value() -> None:
    lowest = np.zeros(1)
    assert scipys("poisson", mu=2, loc=-3).quantiles(lowest, Bounds()) == -3
    assert scipys("poisson", mu=2, loc=-3).quantiles(lowest, Bounds(low=0)) == 0
    assert scipys("weibull_min", c=2, loc=1).quantiles(lowest, Bounds()) == 1


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        ({}, "exactly one of"),
        ({"source": "x"}, "exactly one of"),
        ({"uniform": [0, 1], "normal": [0, 1]}, "exactly one of"),
        ({"uniform": [1, 1]}, "low below high"),
        ({"uniform": [2, 1]}, "low below high"),
        ({"normal": [0, 0]}, "second parameter of normal must be above 0"),
        ({"lognormal": [2, -1]}, "second parameter of lognormal must be above 0"),
        ({"lognormal": [0, 1]}, "lognormal must be above 0"),
        ({"beta": [0, 1]}, "beta must be above 0"),
        ({"gamma": [-1, 1]}, "gamma must be above 0"),
        ({"exponential": 0}, "exponential must be above 0"),
    ],
)
def test_an_impossible_distribution_is_refused(distribution: dict[str, Any], message: str) -> None:
    assert message in refused(distribution)[()]


@pytest.mark.parametrize(
    ("distribution", "place"),
    [
        ({"nromal": [0, 1]}, ("nromal",)),
        ({"uniform": [0]}, ("uniform", 1)),
        ({"uniform": [0, 1], "per": "company"}, ("per",)),
        ({"values": [1, "2"]}, ("values", 1)),
    ],
)
def test_faults_in_a_distribution_have_a_place(
    distribution: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    assert place in refused(distribution)


@pytest.mark.parametrize(
    "distribution", [{"uniform": [math.nan, 1]}, {"normal": [math.inf, 1]}, {"values": [math.nan]}]
)
def test_the_parameters_of_a_distribution_are_finite(distribution: dict[str, Any]) -> None:
    assert refused(distribution)


def test_movers_leave_at_a_mean_of_one_and_stayers_never() -> None:
    movers = Distribution.model_validate({"movers": [0.7, 0.6]})
    drawn = movers.quantiles((np.arange(100_000) + 0.5) / 100_000, Bounds(low=0))
    assert np.mean(drawn == 0) == pytest.approx(0.3, abs=1e-4)
    assert drawn.mean() == pytest.approx(1, abs=1e-3)
    assert np.log(drawn[drawn > 0]).std() == pytest.approx(0.6, abs=1e-3)


@pytest.mark.parametrize("share", [0.0, 1.1])
def test_a_share_of_movers_is_above_none_and_at_most_all(share: float) -> None:
    with pytest.raises(ValidationError, match="share of movers must be above 0 and at most 1"):
        Distribution.model_validate({"movers": [share, 1.0]})
