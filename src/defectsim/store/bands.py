"""Bands: quantiles of weekly series over the runs of a point, for studies that keep no more of them.

Quantiles cannot be added up: so there are rows for each branch and rank, for branches, for ranks, and for all together.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.core.quantiles import EVERYONE, QUANTILES
from defectsim.engine.records.payload import unpack
from defectsim.model.outcomes import SHIRKER
from defectsim.model.transitions import STATUSES, Status
from defectsim.store.schema import BANDS, COUNTED, on_disk

_NUMBERS = 1 << 25
"""How many counts are in memory at once."""
_SCHEMA = on_disk(BANDS)
_KEPT = COUNTED[:-1]


class _Layout(NamedTuple):
    """What the series of all runs of a point have in common."""

    dates: pa.Array
    groups: list[tuple[str, str]]
    """Of each group that is counted together, the branch and the rank."""
    belongs: NDArray[np.int64]
    """Shape (places, groups): 1 where the people of a branch and rank belong to a group."""

    @classmethod
    def of(cls, series: pa.Table) -> "_Layout":
        """Read it from one run's series."""
        dates = series["date"].unique()
        held = len(series) // len(dates)
        places = list(
            zip(
                *(series[name].slice(0, held).to_pylist() for name in ("branch", "rank")),
                strict=True,
            )
        )
        totals = product(
            *([*dict.fromkeys(names), EVERYONE] for names in zip(*places, strict=True))
        )
        groups = [group for group in totals if EVERYONE in group or group in places]
        belongs = [
            [all(a in (b, EVERYONE) for a, b in zip(g, p, strict=True)) for g in groups]
            for p in places
        ]
        return cls(dates, groups, np.array(belongs, np.int64))

    def counts(self, series: pa.Table, dates: slice) -> NDArray[np.float64]:
        """Return people by date, group and what `COUNTED` names."""
        shape = (len(self.dates), len(self.belongs), len(_KEPT))
        each = np.stack([np.asarray(series[name]) for name in _KEPT], axis=-1).reshape(shape)[dates]
        people = np.einsum("dps,pg->dgs", each, self.belongs).astype(np.float64)
        loyal, shirking = (
            people[..., STATUSES.index(str(one))] for one in (Status.LOYAL, Status.SHIRKING)
        )
        return np.concatenate([people, (loyal + SHIRKER * shirking)[..., None]], axis=-1)


def of_point(
    point: int, packed: Callable[[], Iterator[bytes]], replicates: int
) -> Iterator[pa.Table]:
    """Return the bands of one point, some dates at a time.

    Parameters
    ----------
    packed
        Gives the series of its runs, as `engine.records.payload` packs them, as often as it is called.
    replicates
        No fewer than these runs.
    """
    first = next(packed(), None)
    if first is None:
        return
    layout = _Layout.of(unpack(first))
    at_once = max(_NUMBERS // (replicates * len(layout.groups) * len(COUNTED)), 1)
    for start in range(0, len(layout.dates), at_once):
        dates = slice(start, start + at_once)
        counts = np.stack([layout.counts(unpack(series), dates) for series in packed()], axis=-1)
        yield _table(point, layout, layout.dates[dates], counts)


def _table(point: int, layout: _Layout, dates: pa.Array, counts: NDArray[np.float64]) -> pa.Table:
    """Return the quantiles along the last axis of `counts`, of shape (dates, groups, counted, runs)."""
    runs = counts.shape[-1]
    found = np.quantile(counts, list(QUANTILES.values()), axis=-1, overwrite_input=True)
    date, group, counted = (place.ravel() for place in np.indices(counts.shape[:-1], np.int32))
    branch, rank = (
        pa.array(names).take(pa.array(group)) for names in zip(*layout.groups, strict=True)
    )
    labels = {
        "point": np.full(len(date), point, np.int32),
        "runs": np.full(len(date), runs, np.int32),
    }
    columns = {"date": dates.take(pa.array(date)), "branch": branch, "rank": rank, **labels}
    columns["counted"] = pa.array(COUNTED).take(pa.array(counted))
    columns |= {name: values.ravel() for name, values in zip(QUANTILES, found, strict=True)}
    return pa.table([columns[name] for name in _SCHEMA.names], schema=_SCHEMA)
