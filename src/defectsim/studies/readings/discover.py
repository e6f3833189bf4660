"""Discovery: where in the uncertain inputs an outcome holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from defectsim import plots
from defectsim.analysis.discovery.boxes import Discovery
from defectsim.analysis.discovery.boxes import discover as discover_in
from defectsim.analysis.discovery.trees import tree
from defectsim.analysis.responses import VALUE, Response, responses
from defectsim.core.errors import AnalysisError
from defectsim.core.study_folder import BOX_FILE, SCENARIO_FILE
from defectsim.report.discovery import discovery_table
from defectsim.scenario.overrides import in_flow
from defectsim.store import StoredStudy
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "discover"
SAMPLINGS = ("latin-hypercube", "sobol", "halton", "bank")
"""Designs whose points fill ranges, each on its own."""


def discover(
    study: StoredStudy,
    *,
    outcome: str | None = None,
    above: float | None = None,
    below: float | None = None,
    scenario: str | None = None,
) -> ReadingResult:
    """Find where in the ranges of its inputs an outcome of a sweep holds: a box, and a tree.

    Parameters
    ----------
    study
        Of a sweep whose points fill ranges, such as those of a ``bank``.
    outcome, above, below
        As in `sensitivity`; without a bound, the outcome is one that happens or not.
    scenario
        Scenario of a study of several; default: the last.

    Raises
    ------
    AnalysisError
        When the study has another design, or the outcome is no yes or no.
    StudyIncompleteError
        When runs are missing.
    """
    question = ReadingQuestion.of(
        study, NAME, SAMPLINGS, outcome=outcome, above=above, below=below, scenario=scenario
    )
    response = question.response.of_one(question.scenarios)
    if response.kind(study.told_runs) != "chance":
        raise AnalysisError(
            f"{response.words} is no yes or no: give an outcome that is a chance, or above or below"
        )
    runs = responses(question.runs, response)
    cases = (runs[VALUE] > 0).alias("case")
    inputs = question.inputs
    found = discover_in(runs, cases, inputs, points=runs["point"])
    leaves = tree(runs, cases, inputs, points=runs["point"])
    title = f"Where {response.clause}"
    drawn = (runs, cases, inputs, title, question.described)
    return ReadingResult(
        NAME,
        found.found,
        found.inputs,
        _facts(found, leaves, response),
        discovery_table(found, leaves, title),
        (lambda: plots.discovery_figure(found, *drawn)) if found.box else None,
        {BOX_FILE: _as_scenario(found.box, study)} if found.box else {},
    )


def _facts(found: Discovery, leaves: pl.DataFrame, response: Response) -> dict[str, Any]:
    quality = {
        name: one._asdict() if one else None
        for name, one in (("fitted", found.fitted), ("held_out", found.held_out))
    }
    return {
        "response": response._asdict(),
        "box": {path: list(ends) for path, ends in found.box.items()},
        **quality,
        "runs": found.runs,
        "cases": found.cases,
        "failed": found.failed,
        "chance": found.chance,
        "tree": leaves.to_dicts(),
    }


def _as_scenario(box: Mapping[str, Sequence[float]], study: StoredStudy) -> str:
    """Return the text of a scenario in the box, whose numbers are in its middle."""
    entries: dict[str, Any] = {
        "extends": SCENARIO_FILE,
        "name": f"{study.manifest['scenario']}-box",
    }
    for path, (low, high) in box.items():
        section, parts = entries, path.split(".")
        for part in parts[:-1]:
            section = section.setdefault(part, {})
        middle = (low + high) / 2
        section[parts[-1]] = {
            "value": middle,
            "range": [low, high],
            "source": "assumption: the middle of the box found in a study",
        }
    return "".join(f"{key}: {in_flow(value)}\n" for key, value in entries.items())
