"""SI contagion: the logistic curve where all meet all, edge-based compartments on a random network."""

from functools import cache, partial

import networkx as nx
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.sparse.csgraph import shortest_path
from tools.classics.check import Check, study

LOGISTIC = "exact: the logistic curve of an infinite crowd"
EDGES = "Miller, Slim & Volz 2012, integrated"
RING = "exact: 999 others, 10 reached a step"
SMALL_WORLD = "Watts & Strogatz 1998, fig. 3: same form"
NETWORKS = 5


def curve(name: str, *overrides: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return years since the start, and the share of defectors at each date, in the mean over runs."""
    series = (
        study(name, *overrides)
        .series.group_by("date")
        .agg(pl.col("defected").sum(), pl.col("loyal").sum())
    )
    series = series.sort("date")[1:]
    share = (series["defected"] / (series["defected"] + series["loyal"])).to_numpy()
    return np.arange(len(share)) / 365.25, share


def logistic(years: NDArray[np.float64], start: float, beta: float = 8.0) -> NDArray[np.float64]:
    """Return the share of defectors in an infinite crowd."""
    return start / (start + (1 - start) * np.exp(-beta * years))


def off_logistic(beta: float = 8.0) -> float:
    """Return the largest distance from the logistic curve of rate `beta`, in percent of the crowd."""
    years, share = curve("contagion")
    return float(100 * np.abs(share - logistic(years, share[0], beta)).max())


def half(name: str) -> float:
    """Return the time by which half of the crowd has defected, in years."""
    years, share = curve(name)
    return float(np.interp(0.5, share, years))


def mixed_half() -> float:
    """Return the time to half, relative to the logistic curve."""
    _, share = curve("contagion")
    return half("contagion") / float(np.log(1 / share[0] - 1) / 8.0)


def edge_based(
    start: float, years: NDArray[np.float64], beta: float = 2.0, ties: float = 5.0
) -> NDArray[np.float64]:
    """Integrate the edge-based compartmental model on an Erdos-Renyi network.

    Return the share of defectors in each year.

    With psi(x) = exp(ties (x - 1)), theta, the share of ties that have not passed anything on, follows
    theta' = -beta theta + beta (1 - start) psi'(theta) / psi'(1), and (1 - start) psi(theta) have not defected.
    """

    def psi(theta: float | NDArray[np.float64]) -> NDArray[np.float64]:
        return np.exp(ties * (np.asarray(theta) - 1))

    def fall(_: float, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        return beta * ((1 - start) * psi(theta) - theta)

    found = solve_ivp(fall, (0, years[-1]), [1.0], t_eval=years, rtol=1e-9, atol=1e-9)
    return 1 - (1 - start) * psi(found.y[0])


def off_edge_based(beta: float = 2.0) -> float:
    """Return the largest distance from the edge-based model of rate `beta`, in percent of the crowd."""
    years, share = curve("contagion-network")
    return float(100 * np.abs(share - edge_based(share[0], years, beta)).max())


@cache
def reach(rewired: float) -> float:
    """Return how many steps a contagion takes to reach everybody on a small world, in the mean over networks."""
    return float(np.mean([_steps(rewired, seed) for seed in range(NETWORKS)]))


def _steps(rewired: float, seed: int) -> int:
    series = study("contagion-small-world", f"forces.ties.rewired={rewired}", seed=seed).series
    return int((series["defected"] < 1000).sum()) - 1


@cache
def path(rewired: float) -> float:
    """Return the mean shortest path between two people on a small world, in the mean over networks."""
    graphs = [nx.watts_strogatz_graph(1000, 10, rewired, seed=seed) for seed in range(NETWORKS)]
    paths = [shortest_path(nx.to_scipy_sparse_array(graph), unweighted=True) for graph in graphs]
    return float(np.mean(paths) * 1000 / 999)


def reach_off_path() -> float:
    """Return the largest difference between the two, each relative to the ring, in percent."""
    return max(
        abs(100 * (reach(p) / reach(0.0) - path(p) / path(0.0))) for p in (0.001, 0.01, 0.1, 1.0)
    )


check = partial(Check, "contagion")
CHECKS = (
    check("well mixed: largest distance from the curve (%)", 0, 2, LOGISTIC, off_logistic),
    check("well mixed: time to half, as a multiple of the curve's", 1, 0.02, LOGISTIC, mixed_half),
    check("random network: largest distance from the model (%)", 0, 2, EDGES, off_edge_based),
    check("ring of 1,000: steps to reach everybody", 100, 0, RING, partial(reach, 0.0)),
    check("small worlds: T(p)/T(0) off L(p)/L(0), at most (%)", 0, 5, SMALL_WORLD, reach_off_path),
)
