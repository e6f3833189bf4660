"""Inputs by their influence on an outcome, beside the evidence that they rest on."""

from typing import Any, NamedTuple

import polars as pl

from defectsim.analysis.sensitivity.indices import CHANCE, Reading
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import counted, level
from defectsim.scenario.numbers import Grade

NEGLIGIBLE = 0.01
"""Total index up to which an input does not matter: a hundredth of the variance."""
UNMEASURED = (str(Grade.ASSUMED), str(Grade.UNSOURCED))


class Ranking(NamedTuple):
    """Inputs by their total index, and what was found in a few sentences."""

    table: pl.DataFrame
    found: str


def ranking(reading: Reading, inputs: pl.DataFrame) -> Ranking:
    """Rank inputs by their total index, and mark those that nobody measured.

    Parameters
    ----------
    reading
        Of `sensitivity.sobol`.
    inputs
        A row an input, perhaps more: name, meaning, range and grade of evidence (`Grade`).

    Returns
    -------
    Ranking
        The rows of the reading with *meaning*, *range*, *grade*, and *weakest*: True if the number
        is assumed or unsourced and the interval of its total index lies above `NEGLIGIBLE`. The
        bound is not 0, since a total index is a mean of squares, above 0 for the least effect.

    Raises
    ------
    AnalysisError
        When an input of the reading has no row.
    """
    if reading.fault:
        return Ranking(reading.table, f"There is no ranking: {reading.fault}.")
    unknown = reading.table.filter(pl.col("name") != CHANCE).join(inputs, on="name", how="anti")
    if not unknown.is_empty():
        raise AnalysisError(
            f"inputs without a row of meaning, range and grade: {', '.join(unknown['name'])}; add "
            "one for each"
        )
    evidence = inputs.select("name", "meaning", "range", "grade")
    matters = pl.col("grade").is_in(UNMEASURED) & (pl.col("total_low") > NEGLIGIBLE)
    table = reading.table.join(evidence, on="name", how="left", maintain_order="left").with_columns(
        matters.fill_null(False).alias("weakest")
    )
    return Ranking(table, _found(table, reading))


def _found(table: pl.DataFrame, reading: Reading) -> str:
    chance = table.filter(name=CHANCE).rows(named=True)
    shares = [f"{_total('share', row)} % of the variance is chance." for row in chance]
    sentences = [*shares, *_weakest(table.filter(pl.col("name") != CHANCE))]
    if reading.failed:
        rows = counted(reading.blocks + reading.left_out, "row")
        sentences.append(
            f"{counted(reading.failed, 'run')} failed, so {reading.left_out:,} of {rows} were left "
            "out."
        )
    return " ".join(sentences)


def _weakest(inputs: pl.DataFrame) -> list[str]:
    """Return sentences on what matters most, measured and not."""
    if (inputs["total_low"] <= NEGLIGIBLE).all():
        return [f"No input has a total index whose interval lies above {NEGLIGIBLE:g}."]
    (first, *others), weakest = inputs.rows(named=True), inputs.filter("weakest").rows(named=True)
    apart = all(first["total_low"] > other["total_high"] for other in others)
    most = f"{first['name']} {'matters' if apart else 'seems to matter'} most"
    index = f"total index {_total('number', first)}"
    if first["weakest"]:
        return [f"Of the inputs, {most} ({index}), and nobody measured it ({first['grade']})."]
    led = f"Of the inputs, {most} ({index}; {first['grade']})."
    if not weakest:
        none = f"No input that nobody measured has one whose interval lies above {NEGLIGIBLE:g}."
        return [led, none]
    worst = weakest[0]
    return [
        led,
        f"Of those that nobody measured, {worst['name']} does (total index "
        f"{_total('number', worst)}; {worst['grade']}).",
    ]


def _total(kind: str, row: dict[str, Any]) -> str:
    return level(kind, row["total_low"], row["total"], row["total_high"])
