"""Read studies: what drives an outcome, where it tips, where it holds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from defectsim.core.errors import expect
from defectsim.core.randomness import fresh_seed
from defectsim.scenario.load import ScenarioDocument
from defectsim.store import StoredStudy
from defectsim.studies.plan import Plan
from defectsim.studies.readings import attribute as of_attribute
from defectsim.studies.readings import calibrate as of_calibrate
from defectsim.studies.readings import discover as of_discover
from defectsim.studies.readings import robust as of_robust
from defectsim.studies.readings import sensitivity as of_sensitivity
from defectsim.studies.readings import tipping as of_tipping
from defectsim.studies.readings.result import ReadingResult

_STUDY = "a study, as defectsim.sweep and defectsim.Study.open return it"


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
        When the study has another design, or is incomplete.
    """
    expect(study, StoredStudy, _STUDY)
    asked = {"outcome": outcome, "above": above, "below": below}
    return of_sensitivity.sensitivity(study, **asked, scenario=scenario, against=against)


def tipping(study: StoredStudy) -> ReadingResult:
    """Find where an outcome switches as the lever of a bisection moves, across seeds.

    Parameters
    ----------
    study
        Of a sweep whose design is ``bisect``.

    Raises
    ------
    AnalysisError
        When the study has another design, or is incomplete.
    """
    expect(study, StoredStudy, _STUDY)
    return of_tipping.tipping(study)


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
        When the study has another design, or is incomplete, or the outcome is no yes or no.
    """
    expect(study, StoredStudy, _STUDY)
    asked = {"outcome": outcome, "above": above, "below": below}
    return of_discover.discover(study, **asked, scenario=scenario)


def robust(
    study: StoredStudy,
    better: Literal["more", "less"],
    *,
    outcome: str | None = None,
    threshold: float | None = None,
) -> ReadingResult:
    """Compare policies, which are the scenarios of a sweep, over uncertain worlds.

    Parameters
    ----------
    study
        Of a sweep of several scenarios over ranges.
    better
        Whether ``more`` of the outcome is better, or ``less``.
    outcome
        As in `sensitivity`.
    threshold
        Value of the outcome that satisfies.

    Raises
    ------
    AnalysisError
        When the study has one scenario, is incomplete, or its scenarios differ in purges,
        informers or reprisals.
    """
    expect(study, StoredStudy, _STUDY)
    return of_robust.robust(study, better, threshold, outcome=outcome)


def calibrate(
    study: StoredStudy,
    targets: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    emulate: bool = False,
) -> ReadingResult:
    """Compute what observed targets say about the inputs of a bank of runs.

    Parameters
    ----------
    study
        Of a sweep whose points fill ranges, one run each, such as those of a ``bank``.
    targets
        By name, as in ``{"deserters": {"outcome": "deserted", "observed": 4000, "error": 400}}``;
        default: those of the sweep file. One bank serves any of them.
    emulate
        Whether to use a Gaussian process and synthetic likelihood instead of regression.

    Returns
    -------
    ReadingResult
        A row an input: quantiles of its posterior, how wide these are beside the prior's, how often
        such intervals cover held-out points of the bank, and whether targets say anything of it.

    Raises
    ------
    AnalysisError
        When the study has another design, no targets, or too few points.
    """
    expect(study, StoredStudy, _STUDY)
    return of_calibrate.calibrate(study, targets, emulate=emulate)


def attribute(study: StoredStudy, *, status: str = "defected") -> ReadingResult:
    """Count who took a status because of what one scenario of a study has and the other lacks.

    Parameters
    ----------
    study
        Of two scenarios on the same draws, as `defectsim.compare` and `defectsim.load_deletion`
        make them, the first without what the second has.
    status
        Status at some date, such as ``defected`` or ``deserted``.

    Raises
    ------
    AnalysisError
        When the study has other scenarios, or no events.
    """
    expect(study, StoredStudy, _STUDY)
    return of_attribute.attribute(study, status)


def load_deletion(
    path: str | Path,
    without: str,
    overrides: Sequence[str] = (),
    *,
    replicates: int | None = None,
    seed: int | None = None,
    allow_code: bool = False,
) -> Plan:
    """Load a scenario, and plan runs of it with and without a policy or an act.

    Parameters
    ----------
    path, overrides, allow_code
        As for `defectsim.load`.
    without
        Path of what is taken out, such as ``policies.off_ramp`` or ``acts.one_general``.
    replicates, seed
        As for `defectsim.run`.

    Returns
    -------
    Plan
        For `defectsim.sweep`; its study is a comparison, for `attribute`.

    Raises
    ------
    PlanError
        When the scenario has nothing at that path, or records no events.
    """
    base = ScenarioDocument.read(path, overrides, allow_code=allow_code)
    seed = fresh_seed() if seed is None else seed
    return of_attribute.deletion_plan(base, without, replicates, seed)
