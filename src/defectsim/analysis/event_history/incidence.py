"""Cumulative incidence of ways out of service, each against all others (Aalen and Johansen 1978).

Ways out compete: whoever deserts can no longer defect. So one minus the Kaplan-Meier curve of one
way alone would be too high.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtrit

from defectsim.analysis.intervals import TAIL, Numbers
from defectsim.core.errors import AnalysisError
from defectsim.model.transitions import SERVING

_ROUNDING = 1e-12
"""Distance from 1 that a share of everybody may have by rounding."""
_SERVING = [str(status) for status in SERVING]


def cumulative_incidence(
    events: pl.DataFrame,
    series: pl.DataFrame,
    runs: pl.DataFrame,
    *,
    by: Sequence[str] = (),
    ways: Sequence[str] = ("status_to",),
) -> pl.DataFrame:
    """Estimate the share of those who serve at the start who have left by each way, date by date.

    The estimator is that of Aalen and Johansen, of all runs together: the first time that somebody
    leaves counts, and a run in which the regime falls is censored from then on. Intervals are those
    of the jackknife over runs, since people of one run depend on each other; they are linear in
    log(-log(share)), so that they stay between 0 and 1.

    Parameters
    ----------
    events, series, runs
        Tables of a study of one scenario, with all events and the series of every run.
    by
        Columns that make groups: ``branch``, ``rank``, both or (default) none.
    ways
        Columns that tell ways out apart: ``status_to``, ``cause`` or both.

    Returns
    -------
    DataFrame
        A row a group, way and date of the series: the columns of *by* and *ways*, *date*, *share*,
        and its 95 % interval *low* to *high*; null where nobody has left so or
        everybody has, or there is one run.

    Raises
    ------
    AnalysisError
        If there are no events or no series, runs are missing or of several scenarios, or a column
        is not one of those named.
    """
    _known("by", by, ("branch", "rank"))
    _known("ways", ways, ("status_to", "cause"))
    done = runs.filter(pl.col("status").cast(pl.String) == "done").sort("replicate")
    if done["point"].n_unique() != 1:
        raise AnalysisError(
            "give the tables of runs of one point that have ended well: there are "
            f"{done['point'].n_unique()} points of such runs"
        )
    if events.is_empty() or series.is_empty():
        raise AnalysisError(
            "cumulative incidence needs all events and the series of every run: run the scenario "
            "again with record.events: true and record.series: full"
        )
    if not {*done["replicate"]} <= {*series["replicate"]}:
        raise AnalysisError("the series lacks some of the runs: give the tables of one study whole")
    events, series = (one.join(done, on="replicate", how="semi") for one in (events, series))
    dates = series["date"].unique().sort()
    started, exits = _started(series, by), _first_exits(events, [*by, *ways])
    every_way = exits.select(ways).unique().sort(ways)
    fell = done["fell"].fill_null(dates[-1])
    observed = dates.to_numpy() <= fell.to_numpy()[:, None]
    curves = []
    for group in started.partition_by(by) if by else [started]:
        own = group.select(by).head(1)
        left = _counts(exits.join(own, on=by, how="semi") if by else exits, done, dates, every_way)
        people = done.select("replicate").join(group, on="replicate", how="left")["people"]
        index = every_way.join(dates.to_frame(), how="cross")
        curves.append(
            (own.join(index, how="cross") if by else index).with_columns(
                **_estimate(left, people.fill_null(0).to_numpy(), observed)
            )
        )
    return pl.concat(curves)


def _known(argument: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Refuse columns that are not among those known, or given twice, or none of the ways."""
    listed = [names] if isinstance(names, str) else [*names]
    right = not isinstance(names, str) and {*listed} <= {*known} and len({*listed}) == len(listed)
    if not right or (argument == "ways" and not listed):
        raise AnalysisError(f"{argument} must be a list of {' and '.join(known)}, not {names!r}")


def _started(series: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return by replicate and group the people who serve at the first date."""
    first = series.filter(pl.col("date") == pl.col("date").min()).with_columns(
        pl.col(by).cast(pl.String), people=pl.sum_horizontal(_SERVING)
    )
    summed = first.group_by(*by, "replicate", maintain_order=True).agg(pl.col("people").sum())
    return summed.sort(*by, "replicate")


def _first_exits(events: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the first change by which each person of a run leaves the service."""
    texts = events.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    serves = pl.col("status_from").is_in(_SERVING)
    return (
        texts.filter(serves, ~pl.col("status_to").is_in(_SERVING))
        .sort("replicate", "date", maintain_order=True)
        .unique(["replicate", "agent"], keep="first", maintain_order=True)
        .select("replicate", "date", *dict.fromkeys(names))
    )


def _counts(
    exits: pl.DataFrame, done: pl.DataFrame, dates: pl.Series, every_way: pl.DataFrame
) -> Numbers:
    """Count exits up to each date since the one before; shape (runs, dates, ways)."""
    counts = np.zeros((done.height, len(dates), every_way.height))
    numbered = exits.join(every_way.with_row_index("way"), on=every_way.columns).join(
        done.select("replicate").with_row_index("run"), on="replicate"
    )
    until = np.searchsorted(dates.to_numpy(), numbered["date"].to_numpy())
    np.add.at(counts, (numbered["run"].to_numpy(), until, numbered["way"].to_numpy()), 1)
    return counts


def _estimate(left: Numbers, people: Numbers, observed: NDArray[np.bool_]) -> dict[str, pl.Series]:
    """Return shares with their intervals, way by way and in a way date by date."""
    left = left * observed[..., None]
    before = left.sum(axis=2).cumsum(axis=1) - left.sum(axis=2)
    at_risk = (people[:, None] - before) * observed
    share = _aalen_johansen(left.sum(axis=0), at_risk.sum(axis=0))
    share = np.where(share > 1 - _ROUNDING, 1.0, share)
    runs = len(left)
    low = high = np.full(share.shape, np.nan)
    if runs > 1:
        without = _aalen_johansen(left.sum(axis=0) - left, at_risk.sum(axis=0) - at_risk)
        error = np.sqrt((runs - 1) / runs * np.square(without - without.mean(axis=0)).sum(axis=0))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            arm = stdtrit(runs - 1, TAIL) * error / np.abs(share * np.log(share))
            low, high = share ** np.exp(arm), share ** np.exp(-arm)
        low[share == 1] = high[share == 1] = np.nan
    columns = {"share": share, "low": low, "high": high}
    return {
        name: pl.Series(name, values.T.ravel(), pl.Float64).fill_nan(None)
        for name, values in columns.items()
    }


def _aalen_johansen(left: Numbers, at_risk: Numbers) -> Numbers:
    """Return cumulative incidence; shapes (..., dates, ways) of who left, (..., dates) at risk."""
    hazard = left / np.maximum(at_risk, 1)[..., None]
    stayed = np.cumprod(1 - hazard.sum(axis=-1), axis=-1)
    before = np.concatenate([np.ones_like(stayed[..., :1]), stayed[..., :-1]], axis=-1)
    found: Numbers = np.cumsum(before[..., None] * hazard, axis=-2)
    return found
