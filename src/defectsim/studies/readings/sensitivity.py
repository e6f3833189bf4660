"""Sensitivity: how much of a response is due to each input, and to chance."""

import shlex
from pathlib import Path

import numpy as np
import polars as pl

from defectsim import plots
from defectsim.analysis.responses import VALUE, Response, responses
from defectsim.analysis.sensitivity.indices import CrossDesign, Reading, Trajectories, screen, sobol
from defectsim.analysis.sensitivity.ranking import ranking
from defectsim.core.study_folder import SCENARIO_FILE, SECOND_STAGE
from defectsim.report.sensitivity import effects_table, indices_table
from defectsim.scenario.overrides import in_flow
from defectsim.store import StoredStudy
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "sensitivity"
SAMPLINGS = ("morris", "saltelli")
"""Designs that tell the influence of inputs apart."""
BASE_POINTS = 64
"""Base points of the sweep that follows a screening."""


def sensitivity(
    study: StoredStudy,
    *,
    outcome: str | None = None,
    above: float | None = None,
    below: float | None = None,
    scenario: str | None = None,
    against: str | None = None,
) -> ReadingResult:
    """Rank the inputs of a sweep by their influence on an outcome, beside their evidence.

    Parameters
    ----------
    study
        Of a sweep over ranges whose design is ``morris``, which screens many inputs, or
        ``saltelli``, which says how much of the variance is due to each, and to chance.
    outcome
        Default: the one in the sweep file, or else ``defected``.
    above, below
        A bound: the response is then whether the outcome passes it.
    scenario, against
        Scenarios of a study of several: the response is the effect of one against the other, by
        default of the last against the first, or `scenario` alone.

    Returns
    -------
    ReadingResult
        A sentence, a table and a figure.

    Raises
    ------
    AnalysisError
        When the study has another design.
    StudyIncompleteError
        When runs are missing.
    """
    question = ReadingQuestion.of(
        study,
        NAME,
        SAMPLINGS,
        outcome=outcome,
        above=above,
        below=below,
        scenario=scenario,
        against=against,
    )
    response = question.response.as_effect(question.scenarios)
    read = _screened if question.design["sampling"] == "morris" else _ranked
    return read(question, response)


def _points(question: ReadingQuestion, response: Response) -> tuple[np.ndarray, np.ndarray]:
    """Return shares of the way through ranges, and the mean response of each point."""
    runs = responses(question.runs, response)
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


def _ranked(question: ReadingQuestion, response: Response) -> ReadingResult:
    shares, values = _points(question, response)
    rows = int(question.design["points"])
    design = CrossDesign(shares, np.zeros(len(shares), np.int64), rows)
    found = ranking(
        sobol(design, [one.name for one in question.inputs], values, seed=0), _described(question)
    )
    title = f"What drives {response.words}"
    return ReadingResult(
        NAME,
        found.found,
        found.table,
        {"response": response._asdict(), "runs": question.study.runs.height},
        indices_table(found.table, title, found.found),
        None if found.table.is_empty() else lambda: plots.indices_figure(found.table, title),
    )


def _screened(question: ReadingQuestion, response: Response) -> ReadingResult:
    shares, values = _points(question, response)
    trajectories = int(question.design["points"])
    design = Trajectories(shares, np.zeros(len(shares), np.int64), trajectories)
    reading = screen(design, [one.name for one in question.inputs], values, seed=0)
    table = reading.table
    if not reading.fault:
        described = _described(question)
        table = table.join(described, on="name", how="left", maintain_order="left")
    kind = response.kind(question.study.told_runs)
    found, files = _screening(reading), _second_stage(question, response, table)
    shown = found
    if files:
        found += f" {SECOND_STAGE} varies these alone, for their shares of the variance."
        folder = question.study.path or Path()
        shown = f"{found}\nNext: defectsim sensitivity {shlex.quote(str(folder / SECOND_STAGE))}"
    title = f"What moves {response.words}"
    return ReadingResult(
        NAME,
        found,
        table,
        {"response": response._asdict(), "runs": question.study.runs.height},
        effects_table(table, title, shown, kind),
        None if table.is_empty() else lambda: plots.effects_figure(table, title, kind),
        files,
    )


def _second_stage(
    question: ReadingQuestion, response: Response, table: pl.DataFrame
) -> dict[str, str]:
    """Return the text of a sweep, in base points, of the inputs that a screening has kept.

    There is none if nothing was screened, or of several scenarios, which the folder of the study
    does not hold as files.
    """
    if table.is_empty() or question.scenarios:
        return {}
    kept = set(table.filter("kept")["name"])
    bounds = {"above": response.above, "below": response.below}
    sweep = {
        "name": f"{question.study.manifest['scenario']}-second-stage",
        "question": question.study.question,
        "scenario": f"../{SCENARIO_FILE}",
        "design": {"kind": "saltelli", "points": BASE_POINTS},
        "vary": {
            one.name: {"range": [one.low, one.high], "scale": "log" if one.log else "linear"}
            for one in question.inputs
            if one.name in kept
        },
        "outcome": {
            "name": response.outcome,
            **{side: bound for side, bound in bounds.items() if bound is not None},
        },
    }
    text = "".join(f"{key}: {in_flow(value)}\n" for key, value in sweep.items())
    return {SECOND_STAGE: text}


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
