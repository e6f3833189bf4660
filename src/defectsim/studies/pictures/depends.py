"""Pictures of what an outcome depends on: levers, and what readings of a sweep have found."""

from typing import TYPE_CHECKING, Literal, TypedDict

import polars as pl
from pydantic import TypeAdapter

from defectsim import plots
from defectsim.core.errors import NothingToDrawError
from defectsim.store import StoredStudy
from defectsim.studies.kinds.sweep.stored import described, inputs_of, stored_design
from defectsim.studies.readings import calibrate, discover, robust, sensitivity, tipping
from defectsim.studies.readings.result import ReadingResult
from defectsim.studies.readings.stored import stored_facts

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class _Asked(TypedDict):
    """The part of a stored reading that says of what it asked."""

    outcome: str
    above: float | None
    below: float | None
    scenario: str | None
    against: str | None


class _Read(TypedDict):
    response: _Asked


class _Compared(_Read):
    better: Literal["more", "less"]
    threshold: float | None


class _Marginal(TypedDict):
    parameter: str
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float
    informed: bool


class _Calibrated(TypedDict):
    rows: list[_Marginal]


_READ, _COMPARED = TypeAdapter(_Read), TypeAdapter(_Compared)
_CALIBRATED = TypeAdapter(_Calibrated)


def sweep(study: StoredStudy, outcome: str | None = None) -> "Figure":
    """Draw one outcome, or all side by side, by what varies."""
    runs, meanings = study.told_runs, described(study)
    if outcome is None:
        return plots.sweep_outcomes_figure(runs, None, study.question, meanings)
    return plots.sweep_figure(runs, outcome, study.question, meanings)


def tornado(study: StoredStudy) -> "Figure":
    """Draw the influence of each input, as asked for by the sensitivity analysis that is stored."""
    asked = stored_facts(study, sensitivity.NAME, _READ)["response"]
    return _figure(sensitivity.sensitivity(study, **asked))


def curve(study: StoredStudy) -> "Figure":
    """Draw the share of seeds in which an outcome occurs over a lever, and the tipping point."""
    return _figure(tipping.tipping(study))


def box(study: StoredStudy) -> "Figure":
    """Draw the box in which an outcome holds among the runs, as asked for by the stored reading."""
    asked = stored_facts(study, discover.NAME, _READ)["response"]
    found = discover.discover(
        study,
        outcome=asked["outcome"],
        above=asked["above"],
        below=asked["below"],
        scenario=asked["scenario"],
    )
    return _figure(found)


def regret(study: StoredStudy) -> "Figure":
    """Draw the regret of each policy over worlds, as asked for by the stored reading."""
    asked = stored_facts(study, robust.NAME, _COMPARED)
    outcome, threshold = asked["response"]["outcome"], asked["threshold"]
    return _figure(robust.robust(study, asked["better"], outcome=outcome, threshold=threshold))


def posterior(study: StoredStudy) -> "Figure":
    """Draw each input's stored posterior over its prior."""
    rows = pl.DataFrame(stored_facts(study, calibrate.NAME, _CALIBRATED)["rows"])
    inputs = inputs_of(stored_design(study, calibrate.NAME, discover.SAMPLINGS))
    names = pl.DataFrame({"parameter": [one.name for one in inputs]})
    rows = names.join(rows, on="parameter", maintain_order="left")
    return plots.calibration_figure(rows, rows, inputs, calibrate.TITLE, described(study))


def _figure(found: ReadingResult) -> "Figure":
    if found.figure is None:
        raise NothingToDrawError(f"there is nothing to draw: {found.found}")
    return found.figure()
