"""Sensitivity: how much of a response is due to each input, and to chance."""

from typing import Any

import numpy as np
import polars as pl

from defectsim import plots
from defectsim.analysis.responses import VALUE, responses
from defectsim.analysis.sensitivity.indices import CrossDesign, Reading, Trajectories, screen, sobol
from defectsim.analysis.sensitivity.ranking import ranking
from defectsim.report.sensitivity import effects_table, indices_table
from defectsim.store import StoredStudy
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "sensitivity"


def sensitivity(study: StoredStudy, **asked: Any) -> ReadingResult:
    """Rank the inputs of a study by their influence on a response.

    Parameters
    ----------
    study
        Of a sweep over ranges, in trajectories (morris) or base points (saltelli).
    asked
        Parts of the `Response`.

    Raises
    ------
    AnalysisError
        When the study has another design, or is incomplete.
    """
    question = ReadingQuestion.of(study, NAME, ("morris", "saltelli"), **asked)
    if question.design["sampling"] == "morris":
        return _screened(question)
    return _ranked(question)


def _points(question: ReadingQuestion) -> tuple[np.ndarray, np.ndarray]:
    """Return shares of the way through ranges, and the mean response of each point."""
    runs = responses(question.study.runs, question.response)
    inputs = question.inputs
    point = runs["point"].rank("dense") - 1
    by_point = runs.with_columns(point.alias("point")).group_by("point", maintain_order=True)
    names = [one.name for one in inputs]
    means = by_point.agg(pl.col(*names).first(), pl.col(VALUE).mean())
    shares = [one.share(means[one.name].to_numpy()) for one in inputs]
    return np.column_stack(shares), means[VALUE].fill_null(np.nan).to_numpy()


def _described(question: ReadingQuestion) -> pl.DataFrame:
    """Return a row an input: name, meaning, range, grade of evidence."""
    rows = [
        {
            "name": path,
            "meaning": spec["meaning"],
            "range": f"{spec['low']:g} to {spec['high']:g}",
            "grade": spec["grade"],
        }
        for path, spec in question.design["inputs"].items()
    ]
    return pl.DataFrame(rows)


def _ranked(question: ReadingQuestion) -> ReadingResult:
    shares, values = _points(question)
    rows = int(question.design["points"])
    design = CrossDesign(shares, np.zeros(len(shares), np.int64), rows)
    found = ranking(
        sobol(design, [one.name for one in question.inputs], values, seed=0), _described(question)
    )
    title = f"What drives {question.response.words}"
    return ReadingResult(
        NAME,
        found.found,
        found.table,
        {"response": question.response._asdict(), "runs": question.study.runs.height},
        indices_table(found.table, title, found.found),
        None if found.table.is_empty() else lambda: plots.indices_figure(found.table, title),
    )


def _screened(question: ReadingQuestion) -> ReadingResult:
    shares, values = _points(question)
    trajectories = int(question.design["points"])
    design = Trajectories(shares, np.zeros(len(shares), np.int64), trajectories)
    reading = screen(design, [one.name for one in question.inputs], values, seed=0)
    table = reading.table
    if not reading.fault:
        described = _described(question)
        table = table.join(described, on="name", how="left", maintain_order="left")
    kind = question.response.kind(question.study.told_runs)
    found = _screening(reading)
    title = f"What moves {question.response.words}"
    return ReadingResult(
        NAME,
        found,
        table,
        {"response": question.response._asdict(), "runs": question.study.runs.height},
        effects_table(table, title, found, kind),
        None if table.is_empty() else lambda: plots.effects_figure(table, title, kind),
    )


def _screening(reading: Reading) -> str:
    """Return what a screening has found, in sentences."""
    if reading.fault:
        return f"There is no screening: {reading.fault}."
    kept, names = reading.table.filter("kept"), reading.table["name"]
    found = f"{kept.height} of {len(names)} inputs may matter, and {names[0]} moves it most."
    if kept.height < len(names):
        found += " Each of the others has less than a tenth of its effect."
    if reading.failed:
        found += f" {reading.left_out} trajectories had a failed run, and were left out."
    return found
