"""Laws by scipy's names against scipy, and networks against what their authors found."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from builders import SMALL, small_population

PEOPLE = 4_000
FORCES = {
    "company": {"officer": 0, "nco": 0, "enlisted": 100},
    "branches": {"army": None, "guard": {"strength": PEOPLE, "generals": 0}},
}
DISTRIBUTIONS: list[tuple[str, dict[str, float]]] = [
    ("weibull_min", {"c": 1.5, "scale": 10}),
    ("t", {"df": 3, "loc": 2}),
    ("gumbel_r", {"loc": -1, "scale": 2}),
    ("triang", {"c": 0.2, "loc": 1, "scale": 4}),
    ("vonmises_line", {"kappa": 2}),
]


def skill(name: str, parameters: dict[str, float]) -> np.ndarray:
    skill = {"distribution": name, "parameters": parameters}
    return small_population(forces=FORCES, people={"attributes": {"skill": skill}}).columns["skill"]


@pytest.mark.parametrize(
    ("name", "parameters"), DISTRIBUTIONS, ids=[name for name, _ in DISTRIBUTIONS]
)
def test_values_follow_scipys_distribution_and_no_other(
    name: str, parameters: dict[str, float]
) -> None:
    values = skill(name, parameters)
    expected = getattr(stats, name)(**parameters)
    assert stats.kstest(values, expected.cdf).pvalue > 0.01
    stretched = expected.mean() + (values - expected.mean()) * 1.1
    assert stats.kstest(stretched, expected.cdf).pvalue < 0.01


def test_whole_numbers_follow_scipys_distribution_and_no_other() -> None:
    counted = np.bincount(skill("poisson", {"mu": 3}).astype(int), minlength=12)
    for mu, fits in ((3, True), (3.3, False)):
        expected = stats.poisson(mu).pmf(np.arange(len(counted)))
        found = stats.chisquare(counted[:8], expected[:8] / expected[:8].sum() * counted[:8].sum())
        assert (found.pvalue > 0.01) == fits


def test_a_distribution_is_truncated_to_its_column() -> None:
    exposure = {"distribution": "gumbel_r", "parameters": {"loc": 0.5, "scale": 0.5}}
    exposure = small_population(
        forces=FORCES, people={"exposure": {"general": None, "enlisted": exposure}}
    ).columns["exposure"]
    whole = stats.gumbel_r(0.5, 0.5)
    low, high = whole.cdf([0, 1])
    assert stats.kstest((whole.cdf(exposure) - low) / (high - low), "uniform").pvalue > 0.01
    assert stats.kstest(exposure, whole.cdf).pvalue < 0.01


def network(**ties: Any) -> Any:
    forces = {**FORCES, "ties": {**dict.fromkeys(SMALL["forces"]["ties"]), **ties}}
    return small_population(forces=forces)


def clustering(**ties: Any) -> float:
    """Return the share of pairs of a person's ties who are tied to each other."""
    graph = network(**ties).ties.astype(int)
    degree = np.diff(graph.indptr)
    return float((graph @ graph).multiply(graph).sum() / (degree * (degree - 1)).sum())


@pytest.mark.parametrize("mean", [0.5, 6, 40])
def test_erdos_renyi_degrees_are_binomial(mean: float) -> None:
    degree = network(kind="erdos_renyi", mean_degree=mean).degree
    deviation = np.sqrt(
        mean / PEOPLE
    )  # of the mean degree, nearly: ties are PEOPLE * mean / 2, counted twice
    assert abs(degree.mean() - mean) < 4 * np.sqrt(2) * deviation
    assert degree.var() == pytest.approx(mean, rel=0.1)
    assert abs(degree.mean() - 1.2 * mean) > 4 * np.sqrt(2) * deviation


def test_clustering_falls_with_rewiring_as_watts_and_strogatz_found() -> None:
    found = [
        clustering(kind="watts_strogatz", neighbours=6, rewired=share) for share in (0, 0.1, 0.5, 1)
    ]
    assert found[0] == pytest.approx(0.6)  # 3 (k - 2) / 4 (k - 1)
    assert found[1] == pytest.approx(0.6 * 0.9**3, rel=0.05)  # Barrat and Weigt 2000
    assert found[2] == pytest.approx(0.6 * 0.5**3, rel=0.15)
    assert found[3] < 0.01


def tail(degree: np.ndarray, least: int) -> float:
    """Return the exponent of a power law fitted to degrees from `least` on (Clauset, Shalizi and Newman 2009)."""
    large = degree[degree >= least]
    return float(1 + len(large) / np.log(large / (least - 0.5)).sum())


def test_barabasi_albert_has_a_tail_that_erdos_renyi_has_not() -> None:
    scale_free = network(kind="barabasi_albert", links=3).degree
    assert scale_free.mean() == pytest.approx(6, rel=0.01)
    assert tail(scale_free, 8) == pytest.approx(3, abs=0.25)
    assert scale_free.max() > 60
    random = network(kind="erdos_renyi", mean_degree=6).degree
    assert tail(random, 8) > 4
    assert random.max() < 30
