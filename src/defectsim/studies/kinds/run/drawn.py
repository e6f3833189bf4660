"""Runs of one scenario with parameters drawn from a posterior, a draw for each replicate."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypedDict

import polars as pl
from polars.exceptions import PolarsError
from pydantic import Field, FiniteFloat, TypeAdapter, ValidationError

from defectsim.core.errors import (
    AnalysisError,
    Fault,
    PlanError,
    ScenarioError,
    StudyDamagedError,
    expect,
    file_errors,
)
from defectsim.core.files import is_file, user_path
from defectsim.core.randomness import fresh_seed
from defectsim.core.section import faults_of
from defectsim.core.study_folder import READINGS
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import in_flow, split_setting
from defectsim.scenario.reading.tree import find_node
from defectsim.store import StoredStudy
from defectsim.studies.kinds.run.draws_file import DrawnTable, read_draws
from defectsim.studies.kinds.run.kind import run_plan
from defectsim.studies.kinds.sweep.design_points import without_effect
from defectsim.studies.plan import KEPT, Plan, Point
from defectsim.studies.readings.calibrate import NAME

_TOLD = 5
"""Most unknown paths that a refusal names."""
type Draw = tuple[float, ...]


class _Calibration(TypedDict):
    """The part of a stored calibration that is drawn from."""

    draws: Annotated[dict[str, list[FiniteFloat]], Field(min_length=1)]


_CALIBRATION = TypeAdapter(_Calibration)


def load_drawn(
    path: str | Path,
    draws: str | Path | pl.DataFrame,
    overrides: Sequence[str] = (),
    *,
    replicates: int | None = None,
    seed: int | None = None,
    allow_code: bool = False,
) -> Plan:
    """Load a scenario, and plan runs of it with parameters drawn from a posterior.

    Replicate r takes draw r, so the runs are draws from the posterior predictive distribution.

    Parameters
    ----------
    path, overrides, allow_code
        As for `defectsim.load`.
    draws
        Folder of a study with a calibration, a ``.csv`` file of draws, or draws themselves: a row
        each, a column a path.
    replicates, seed
        As for `defectsim.run`; at most as many replicates as there are draws.

    Returns
    -------
    Plan
        For `defectsim.sweep`; its study is a run, whose ``runs`` have a column for each path.

    Raises
    ------
    AnalysisError
        When the study has no calibration, or the file no table.
    ScenarioError, PlanError
        When an override is drawn as well, the scenario has no such path or refuses a value of it,
        or there are too few draws.
    """
    expect(draws, str | Path | pl.DataFrame, "a folder of a study, a file or a frame of draws")
    table, places = _drawn_table(draws)
    document = ScenarioDocument.read(path, overrides, allow_code=allow_code)
    if faults := [*_overridden(overrides, table.columns)]:
        raise ScenarioError(faults)
    base = document.resolved
    count = int(base.scenario.replicates) if replicates is None else replicates
    plan = run_plan(base.scenario, count, fresh_seed() if seed is None else seed)
    return replace(plan, base=base, drawn=_points(base, table, places))


def _drawn_table(draws: str | Path | pl.DataFrame) -> DrawnTable:
    if not isinstance(draws, pl.DataFrame):
        path = user_path(draws)
        if path.suffix == ".csv":
            return read_draws(path)
        draws = posterior_draws(path)
    return DrawnTable(draws, [f"draw {number}" for number in range(draws.height)])


def posterior_draws(folder: Path) -> pl.DataFrame:
    """Read the draws of the calibration that a study keeps: a row each, a column a path."""
    StoredStudy.open(folder)
    file = folder / READINGS / f"{NAME}.json"
    if not is_file(file):
        raise AnalysisError(
            f"{folder} has no calibration to draw parameters from: give the folder of a bank that "
            "defectsim calibrate has read"
        )
    try:
        with file_errors(file, "read"):
            text = file.read_bytes()
        found = _CALIBRATION.validate_json(text)["draws"]
        return pl.DataFrame(found)
    except ValidationError as error:
        reason: object = faults_of(error)
    except PolarsError:
        reason = "its parameters have unequal numbers of draws"
    raise StudyDamagedError(
        f"{file} is not what calibrate wrote ({reason}): make it again by defectsim calibrate {folder}"
    )


def _overridden(overrides: Iterable[str], paths: Sequence[str]) -> Iterable[Fault]:
    """Yield the overrides of what is drawn."""
    for (path, *_), mark in map(split_setting, overrides):
        if any(f"{path.strip()}.".startswith(f"{drawn}.") for drawn in paths):
            yield mark.fault("this has no effect, for it is drawn: leave it out", path)


def _points(
    base: ScenarioDocument, table: pl.DataFrame, places: Sequence[str]
) -> tuple[Point, ...]:
    """Return the scenario of each draw, those of like draws made once."""
    if table.is_empty() or not all(kind.is_numeric() for kind in table.dtypes):
        raise PlanError("there is nothing to draw: give draws as numbers, a row each")
    parts = {path: path.split(".") for path in table.columns}
    if lacking := [path for path, one in parts.items() if find_node(base.tree, one) is None]:
        more = f" and {len(lacking) - _TOLD:,} more" if len(lacking) > _TOLD else ""
        raise PlanError(
            f"{base.scenario.name} has no {', '.join(lacking[:_TOLD])}{more}, which would be drawn: give the "
            "scenario that was calibrated, or one that extends it"
        )
    if idle := [path for path in table.columns if without_effect(path)]:
        raise PlanError(f"{', '.join(idle)} would be drawn without effect: leave it out")
    known: dict[Draw, Point] = {}
    rows = table.cast(pl.Float64).rows()
    for place, draw in zip(places, rows, strict=True):
        if draw not in known:
            values = dict(zip(table.columns, draw, strict=True))
            known[draw] = _point(base, values, place, keep=len(known) < KEPT)
    return tuple(known[draw] for draw in rows)


def _point(base: ScenarioDocument, values: dict[str, Any], name: str, *, keep: bool) -> Point:
    overrides = tuple(f"{path}={in_flow(value)}" for path, value in values.items())
    try:
        scenario = base.with_overrides(overrides)
    except ScenarioError as error:
        faults = [replace(one, file=name, line=None, column=None) for one in error.faults]
        raise ScenarioError(faults) from error
    return Point(values, overrides, scenario.hash, validated=scenario if keep else None)
