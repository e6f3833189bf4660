"""Closed forms of the distributions that a scenario names without scipy.stats."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

CLOSED_FORMS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "uniform": (
        lambda x, low, high: min(max((x - low) / (high - low), 0.0), 1.0),
        lambda u, low, high: low + u * (high - low),
    ),
    "normal": (
        lambda x, mean, deviation: special.ndtr((x - mean) / deviation),
        lambda u, mean, deviation: mean + deviation * special.ndtri(u),
    ),
    "lognormal": (
        lambda x, median, deviation: special.ndtr(np.log(x / median) / deviation) if x > 0 else 0.0,
        lambda u, median, deviation: median * np.exp(deviation * special.ndtri(u)),
    ),
    "beta": (
        lambda x, a, b: special.betainc(a, b, min(max(x, 0.0), 1.0)),
        lambda u, a, b: special.betaincinv(a, b, u),
    ),
    "gamma": (
        lambda x, shape, scale: special.gammainc(shape, max(x, 0.0) / scale),
        lambda u, shape, scale: scale * special.gammaincinv(shape, u),
    ),
    "exponential": (
        lambda x, mean: -np.expm1(-max(x, 0.0) / mean),
        lambda u, mean: -mean * np.log1p(-u),
    ),
}
"""CDF and its inverse, by form; the same bits as scipy.stats, which takes long to import."""
