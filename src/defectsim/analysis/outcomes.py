"""Outcomes of runs: counts, shares, and whether something happened."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import polars as pl

from defectsim.core.errors import UnknownOutcomeError, nearest
from defectsim.model.outcomes import OUTCOMES, RUN_COLUMNS
from defectsim.model.transitions import GONE

OutcomeKind = Literal["count", "share", "chance", "number"]
"""A count; a share from 0 to 1; whether something happened, whose mean is a chance; or a number."""

FALLS = "falls"
"""Outcome: the fall of the regime."""
ASKED = (*GONE, "generals_defected", FALLS)
"""Outcomes that are asked about unless others are named: those shown even if nothing happens."""
_WORDS = {
    "falls": "regime falls",
    "recorded": "recorded deserters",
    "capital": "loyal in capital",
    "casualties": "killed in attempts",
    "stranded": "stranded defectors",
}
_SHARES = ("share_defected", "loyal_share", "capital")


class OutcomeSpec(NamedTuple):
    """An outcome and how to compute it from runs."""

    name: str
    kind: OutcomeKind
    value: pl.Expr
    """From the columns of runs; null where the run did not end well."""

    @property
    def unit(self) -> str:
        """Unit in which it is counted."""
        return unit(self.name, self.kind)


def unit(name: str, kind: str) -> str:
    """Return the unit of an outcome."""
    if kind == "number":
        return ""
    if kind != "count":
        return "% of runs" if kind == "chance" else "%"
    return "attempts" if name.endswith("attempts") else "people"


def words(name: str) -> str:
    """Return the name of an outcome in words."""
    return _WORDS.get(name, name.replace("_", " "))


def outcome(runs: pl.DataFrame, name: str) -> OutcomeSpec:
    """Look up an outcome of one's own, ``falls``, a numeric column, or one such as ``coup``."""
    own = own_outcomes(runs)
    if name in own:
        return OutcomeSpec(name, own[name], _done(pl.col(name)))
    if name == FALLS:
        return OutcomeSpec(name, "chance", _done(pl.col("fell").is_not_null()))
    if name in OUTCOMES:
        return OutcomeSpec(name, "chance", _done(pl.col("outcome").cast(pl.String) == name))
    numbers = _numbers(runs)
    if name not in numbers:
        known = dict.fromkeys((*own, *numbers, FALLS, *OUTCOMES))
        raise UnknownOutcomeError(
            f"{name!r} is no outcome of a run{nearest(name, known)} (there are {', '.join(known)})"
        )
    return OutcomeSpec(name, "share" if name in _SHARES else "count", _done(pl.col(name)))


def outcomes(runs: pl.DataFrame, names: Sequence[str] | None = None) -> list[OutcomeSpec]:
    """Look up outcomes; default: all that occurred, or have a value, in any run.

    The default has the fall of the regime, unless runs tell nothing of the regime; the strength at
    the start, and what is a share of it, only if the strength varies.
    """
    if names is None:
        fell = [FALLS] if _has_values(runs, "outcome") else []
        occurred = set(runs["outcome"].cast(pl.String).drop_nulls())
        numbers = [name for name in _numbers(runs) if _has_values(runs, name)]
        if runs["strength"].drop_nulls().n_unique() < 2:
            numbers = [name for name in numbers if name not in ("strength", "share_defected")]
        happened = [*own_outcomes(runs), *fell, *(name for name in OUTCOMES if name in occurred)]
        names = [*dict.fromkeys((*happened, *numbers))]
    return [outcome(runs, name) for name in names]


def own_outcomes(runs: pl.DataFrame) -> dict[str, OutcomeKind]:
    """Return the kinds of the outcomes of scenarios' own that a table of runs has, by name."""
    after = runs.columns[runs.columns.index("status") + 1 :]
    return {
        name: "chance" if runs.schema[name] == pl.Boolean() else "number"
        for name in after
        if name not in RUN_COLUMNS
    }


def asked(names: Sequence[str]) -> list[str]:
    """Return those of some outcomes that are shown even if nothing happens: `ASKED`, and own ones."""
    known = {*RUN_COLUMNS, *OUTCOMES}
    return [name for name in names if name in ASKED or name not in known]


def varied(runs: pl.DataFrame) -> list[str]:
    """Return the columns that vary between points: those between `replicate` and `seed`."""
    columns = runs.columns
    return columns[columns.index("replicate") + 1 : columns.index("seed")]


def _numbers(runs: pl.DataFrame) -> list[str]:
    after = runs.columns.index("status") + 1
    return [name for name in runs.columns[after:] if runs[name].dtype.is_numeric()]


def _has_values(runs: pl.DataFrame, name: str) -> bool:
    return runs[name].null_count() < runs.height


def _done(value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col("status").cast(pl.String) == "done").then(value.cast(pl.Float64))
