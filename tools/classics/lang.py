"""Lang and De Sterck (2014): the share that protests, against the equation."""

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from tools.classics.check import Check, study

GROWTH, ALPHA, BETA = 8.0, 0.05, 0.4
EXACT = "exact: the equation, integrated"


def equation(years: NDArray[np.float64], start: float, decay: float) -> NDArray[np.float64]:
    """Integrate dr/dt = growth (1 - r) [r > alpha] - decay r [r < beta]."""

    def slope(_: float, r: NDArray[np.float64]) -> NDArray[np.float64]:
        return GROWTH * (1 - r) * (r > ALPHA) - decay * r * (r < BETA)

    found = solve_ivp(slope, (0, years[-1]), [start], t_eval=years, rtol=1e-8, max_step=1e-3)
    return np.asarray(found.y[0])


def off_equation(start: float, decay: float, *, assumed: float | None = None) -> float:
    """Return the largest distance from the equation; of another decay where one is `assumed`."""
    overrides = (
        f"people.status.enlisted.shirking={start}",
        f"behaviour.soldier.parameters.decay={decay}",
    )
    series = study("lang", *overrides).series.group_by("date").agg(pl.col("shirking").sum())
    share = series.sort("date")["shirking"].to_numpy() / 100_000
    years = np.arange(len(share)) / 365.25
    expected = equation(years, float(share[0]), decay if assumed is None else assumed)
    return float(np.abs(share - expected).max())


check = partial(Check, "lang")
CHECKS = (
    check(
        "it wins: largest distance from the curve", 0, 0.01, EXACT, partial(off_equation, 0.1, 8.0)
    ),
    check("it is contained: the same", 0, 0.01, EXACT, partial(off_equation, 0.1, 16.0)),
    check("it is not seen: the same", 0, 0.01, EXACT, partial(off_equation, 0.04, 8.0)),
)
