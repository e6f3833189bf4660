from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from builders import small_scenario
from defectsim.core.randomness import uniforms
from defectsim.core.section import Bounds
from defectsim.population.distribution import Distribution
from defectsim.population.people import LEAST_MASS
from defectsim.scenario.schema import Scenario

POSITIVE = st.floats(0.2, 8)
SHAPES: dict[str, dict[str, st.SearchStrategy[float]]] = {
    "weibull_min": {"c": POSITIVE, "scale": POSITIVE},
    "triang": {"c": st.floats(0, 1), "scale": POSITIVE},
    "gumbel_r": {"scale": POSITIVE},
    "pareto": {"b": POSITIVE},
    "poisson": {"mu": POSITIVE},
    "binom": {"n": st.integers(1, 12).map(float), "p": st.floats(0.05, 0.95)},
    "geom": {"p": st.floats(0.05, 1)},
}


@st.composite
def distributions(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(SHAPES)))
    parameters = draw(st.fixed_dictionaries({**SHAPES[name], "loc": st.integers(-3, 3).map(float)}))
    return {"distribution": name, "parameters": parameters}


BOUNDS = st.sampled_from([Bounds(), Bounds(low=0), Bounds(0, 1), Bounds(-2, 3), Bounds(high=2)])


@given(distributions(), BOUNDS, st.integers(0, 2**40))
def test_values_keep_bounds_rise_with_their_draws_and_are_possible(
    written: dict[str, Any], bounds: Bounds, seed: int
) -> None:
    followed = Distribution.model_validate(written)
    assume(followed.mass(bounds) >= LEAST_MASS)
    values = followed.quantiles(np.sort(uniforms(seed, ("draw",), 50)), bounds)
    assert (values >= bounds.low).all()
    assert (values <= bounds.high).all()
    assert (np.diff(values) >= 0).all()
    if isinstance(distribution := getattr(stats, written["distribution"]), stats.rv_discrete):
        assert (distribution(**written["parameters"]).pmf(values) > 0).all()


@given(distributions(), st.sampled_from(["person", "unit"]))
def test_a_resolved_scenario_says_the_same_distribution(written: dict[str, Any], per: str) -> None:
    scenario = small_scenario(
        people={"attributes": {"skill": {"officer": {**written, "per": per}}}}
    )
    again = Scenario.model_validate(scenario.dump())
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.people.attributes["skill"].officer.parameters == written["parameters"]
