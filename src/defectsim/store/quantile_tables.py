"""Bands: quantiles of weekly series over the runs of a point, for studies that keep no more.

Quantiles do not add up, so there are rows for each branch and rank, for each branch, for each
rank, and for all people together.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.core.formatting import EVERYONE, QUANTILE_METHOD, QUANTILES
from defectsim.engine.records.payload import unpack
from defectsim.model.outcomes import effective
from defectsim.store.schema import BANDS, COUNTED, COUNTS, arrow_schema

_COUNTS_IN_MEMORY = 1 << 25
_SCHEMA = arrow_schema(BANDS)


class _Layout(NamedTuple):
    """Dates and groups that the series of all runs of a point have in common."""

    dates: pa.Array
    groups: list[tuple[str, str]]
    """Branch and rank of each group that is counted together."""
    belongs: NDArray[np.int64]
    """Shape (strata, groups): 1 where the people of a branch and rank belong to a group."""

    @classmethod
    def of(cls, series: pa.Table) -> Self:
        """Derive the layout from the series of one run."""
        dates = series["date"].unique()
        first_date = series.slice(0, len(series) // len(dates))
        branches, ranks = (first_date[name].to_pylist() for name in ("branch", "rank"))
        strata = list(zip(branches, ranks, strict=True))
        totals = product(dict.fromkeys([*branches, EVERYONE]), dict.fromkeys([*ranks, EVERYONE]))
        groups = [group for group in totals if EVERYONE in group or group in strata]
        belongs = [
            [group[0] in (branch, EVERYONE) and group[1] in (rank, EVERYONE) for group in groups]
            for branch, rank in strata
        ]
        return cls(dates, groups, np.array(belongs, np.int64))

    def counts(self, series: pa.Table, dates: slice) -> NDArray[np.float64]:
        """Return people by date, group and quantity of `COUNTED`."""
        shape = (len(self.dates), len(self.belongs), len(COUNTS))
        columns = np.stack([np.asarray(series[name]) for name in COUNTS], axis=-1)
        by_stratum = columns.reshape(shape)[dates]
        people = np.einsum("dps,pg->dgs", by_stratum, self.belongs).astype(np.float64)
        return np.concatenate([people, effective(people)[..., None]], axis=-1)


def point_bands(
    point: int, packed: Callable[[], Iterator[tuple[int, bytes]]], replicates: int
) -> Iterator[pa.Table]:
    """Yield the bands of one point, some dates at a time.

    Parameters
    ----------
    packed
        Returns its runs and their series, as `engine.records.payload` packs them, at every call.
    replicates
        Upper bound of the number of these runs.
    """
    first = next(packed(), None)
    if first is None:
        return
    layout = _Layout.of(unpack(first[1]))
    counts_a_date = replicates * len(layout.groups) * len(COUNTED)
    step = max(_COUNTS_IN_MEMORY // counts_a_date, 1)
    for start in range(0, len(layout.dates), step):
        dates = slice(start, start + step)
        counts = np.stack([layout.counts(unpack(series), dates) for _, series in packed()], axis=-1)
        yield _table(point, layout, layout.dates[dates], counts)


def _table(point: int, layout: _Layout, dates: pa.Array, counts: NDArray[np.float64]) -> pa.Table:
    """Return the quantiles along the last axis of counts (dates, groups, quantities, runs)."""
    *shape, runs = counts.shape
    wanted = [*QUANTILES.values()]
    found = np.quantile(counts, wanted, axis=-1, overwrite_input=True, method=QUANTILE_METHOD)
    date, group, counted = (pa.array(place.ravel()) for place in np.indices(shape, np.int32))
    branches, ranks = zip(*layout.groups, strict=True)
    columns = {
        "point": np.full(len(date), point, np.int32),
        "date": dates.take(date),
        "branch": pa.array(branches).take(group),
        "rank": pa.array(ranks).take(group),
        "counted": pa.array(COUNTED).take(counted),
        "runs": np.full(len(date), runs, np.int32),
        **{name: values.ravel() for name, values in zip(QUANTILES, found, strict=True)},
    }
    return pa.table([columns[name] for name in _SCHEMA.names], schema=_SCHEMA)
