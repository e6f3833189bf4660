"""Samples of designs: shares of the way through the range of each input, point by point."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.analysis.sensitivity.indices import CrossDesign, Trajectories, morris, saltelli
from defectsim.core.randomness import generator
from defectsim.studies.plan import Seeds

Sampling = Literal[
    "grid", "latin-hypercube", "sobol", "halton", "bank", "morris", "saltelli", "bisect"
]
"""Kinds of designs that sweep files name."""
POWERS_OF_TWO = ("sobol", "bank", "saltelli")
"""Those whose points, or base points, must be a power of two."""
LEVELS = 4
"""Levels of each input in a trajectory."""
IN_ROWS = ("morris", "saltelli", "bisect")
"""Those whose points come in rows: trajectories, base points with what differs, or seeds."""
ONE_RUN = (*IN_ROWS, "bank")
"""Those of which each point has one run, unless the file says otherwise."""


class DesignSample(NamedTuple):
    """Points of a design.

    Attributes
    ----------
    shares
        Shape (points, inputs), in [0, 1].
    draws
        Shape (points,): number of the draws of each point, if rows have draws of their own.
    """

    shares: NDArray[np.float64]
    draws: NDArray[np.int64] | None = None


def usual_seeds(sampling: str) -> Seeds:
    """Return whose draws the replicates of a design have if its file does not say."""
    return "row" if sampling in IN_ROWS else "own" if sampling == "bank" else "common"


def size(sampling: str, inputs: int, points: int, seeds: Seeds) -> int:
    """Return the number of points of a design; see `sample`."""
    in_row = {"morris": inputs + 1, "saltelli": inputs + 2 + (seeds == "row")}
    return points * in_row.get(sampling, 1)


def sample(sampling: str, inputs: int, points: int, seed: int, seeds: Seeds) -> DesignSample:
    """Draw the points of a design; the same for the same arguments and versions of libraries.

    Parameters
    ----------
    points
        Number of points; of a design in rows, of trajectories or of base points.
    """
    if sampling in ("morris", "saltelli"):
        design: CrossDesign | Trajectories
        if sampling == "morris":
            design = morris(inputs, points, LEVELS, seed)
        else:
            design = saltelli(inputs, points, seed, chance=seeds == "row")
        return DesignSample(design.shares, design.seeds if seeds == "row" else None)
    return DesignSample(_filled("sobol" if sampling == "bank" else sampling, inputs, points, seed))


def _filled(sampling: str, inputs: int, points: int, seed: int) -> NDArray[np.float64]:
    """Draw scrambled points of ``scipy.stats.qmc`` that fill a cube evenly."""
    from scipy.stats import qmc  # takes most of a second

    engines: dict[str, Any] = {
        "latin-hypercube": qmc.LatinHypercube,
        "sobol": qmc.Sobol,
        "halton": qmc.Halton,
    }
    rng = generator(seed, ("design", sampling))
    shares: NDArray[np.float64] = engines[sampling](inputs, scramble=True, rng=rng).random(points)
    return shares
