"""What can be asked of a run: a count, a share, or whether something happened."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import polars as pl

from defectsim.core.errors import UnknownOutcomeError, nearest
from defectsim.model.outcomes import OUTCOMES

OutcomeKind = Literal["count", "share", "chance"]
"""A count, as of people; a share from 0 to 1; whether something happened, whose mean is a chance."""

FALLS = "falls"
"""Whether the regime falls."""
_WORDS = {
    "falls": "regime falls",
    "recorded": "recorded deserters",
    "capital": "loyal in capital",
    "casualties": "killed in attempts",
    "stranded": "stranded defectors",
}
_SHARES = ("share_defected", "loyal_share", "capital")


class OutcomeSpec(NamedTuple):
    """Something that a run is asked for."""

    name: str
    kind: OutcomeKind
    value: pl.Expr
    """From the columns of runs; null where the run did not end well."""

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return unit(self.name, self.kind)


def unit(name: str, kind: str) -> str:
    """Return what an outcome is counted in."""
    if kind != "count":
        return "% of runs" if kind == "chance" else "%"
    return "attempts" if name.endswith("attempts") else "people"


def words(name: str) -> str:
    """Return what an outcome is called."""
    return _WORDS.get(name, name.replace("_", " "))


def outcome(runs: pl.DataFrame, name: str) -> OutcomeSpec:
    """Return what `name` asks of runs: a numeric column, ``falls``, or an outcome such as ``coup``."""
    if name == FALLS:
        return OutcomeSpec(name, "chance", _done(pl.col("fell").is_not_null()))
    if name in OUTCOMES:
        return OutcomeSpec(name, "chance", _done(pl.col("outcome").cast(pl.String) == name))
    numbers = _numbers(runs)
    if name not in numbers:
        known = [*numbers, FALLS, *OUTCOMES]
        raise UnknownOutcomeError(
            f"{name!r} is no outcome of a run{nearest(name, known)} (there are {', '.join(known)})"
        )
    return OutcomeSpec(name, "share" if name in _SHARES else "count", _done(pl.col(name)))


def outcomes(runs: pl.DataFrame, names: Sequence[str] | None = None) -> list[OutcomeSpec]:
    """Return the named outcomes; where none is named, all that any run has a value of, or that any run came to.

    The strength at the start, and what is a share of it, are among these only where it differs.
    """
    if names is not None:
        return [outcome(runs, name) for name in names]
    came = set(runs["outcome"].cast(pl.String).drop_nulls())
    alike = (
        {"strength", "share_defected"} if runs["strength"].drop_nulls().n_unique() < 2 else set()
    )
    numbers = [
        name
        for name in _numbers(runs)
        if runs[name].null_count() < runs.height and name not in alike
    ]
    fell = [FALLS] if runs["fell"].null_count() < runs.height else []
    return [
        outcome(runs, name)
        for name in (*fell, *(word for word in OUTCOMES if word in came), *numbers)
    ]


def varied(runs: pl.DataFrame) -> list[str]:
    """Return the columns of what varies between the points of a study: those between `replicate` and `seed`."""
    columns = runs.columns
    return columns[columns.index("replicate") + 1 : columns.index("seed")]


def _numbers(runs: pl.DataFrame) -> list[str]:
    after = runs.columns.index("status") + 1
    return [name for name in runs.columns[after:] if runs[name].dtype.is_numeric()]


def _done(value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col("status").cast(pl.String) == "done").then(value.cast(pl.Float64))
