"""Watts (2002): how often one adopter sets off a global cascade, by mean degree."""

from functools import cache, partial

import numpy as np
from tools.classics.check import Check, study

REPLICATES = 200
GLOBAL = 0.1
"""Share of people above which a cascade is global; sizes are far from it on either side."""
CASCADES = {2: 0.75, 3: 0.87, 5: 0.72, 6: 0.07}
"""Chance of a global cascade by mean degree."""
SOURCE = "Watts 2002, simulated on its own; three standard errors"


@cache
def cascades(degree: int) -> float:
    """Return the share of replicates, each with a network of its own, with a global cascade."""
    found = study("watts", f"forces.ties.mean_degree={degree}", replicates=REPLICATES)
    return float((found.runs["share_defected"] > GLOBAL).mean())


def three_errors(chance: float) -> float:
    """Return three standard errors of a share among the replicates."""
    return 3 * float(np.sqrt(chance * (1 - chance) / REPLICATES))


check = partial(Check, "watts")
CHECKS = tuple(
    check(
        f"global cascades, mean degree {degree} (share of networks)",
        chance,
        three_errors(chance),
        SOURCE,
        partial(cascades, degree),
        slow=True,
    )
    for degree, chance in CASCADES.items()
)
