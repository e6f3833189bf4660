"""Mesa's collector of data, filled with what the engine has counted."""

from types import SimpleNamespace
from typing import Any, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from defectsim.model.transitions import Rank, Status

_COUNTED = (*map(str, Status), "generals_defected")


class CountCollector(mesa.DataCollector):  # type: ignore[misc]  # Mesa ships no types
    """People in each status, and generals who have defected, at every date.

    Nothing is collected while a run steps: the engine counts in any case.
    """

    def __init__(self) -> None:
        super().__init__(model_reporters={name: name for name in _COUNTED})
        self._dates = 0

    def caught_up(self, counts: NDArray[np.int32]) -> Self:
        """Collect the dates that are missing.

        Parameters
        ----------
        counts
            Shape (dates so far, branches, ranks, statuses).
        """
        for date in range(self._dates, len(counts)):
            people = counts[date].sum(axis=0)
            total: list[int] = people.sum(axis=0).tolist()
            defected = people.item(Rank.GENERAL, Status.DEFECTED)
            values: dict[str, Any] = dict(zip(_COUNTED, [*total, defected], strict=True))
            self.collect(SimpleNamespace(time=float(date), **values))
        self._dates = len(counts)
        return self
