"""Compare scenarios on common random numbers: what each changes, for whom and when."""

from collections.abc import Mapping
from typing import Unpack

from defectsim.api.run import warned
from defectsim.api.study import Study
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import PlanError
from defectsim.core.randomness import fresh_seed
from defectsim.scenario.schema import Scenario
from defectsim.studies.kinds.comparison.design import comparison_plan
from defectsim.studies.kinds.comparison.sequential_sampling import sampling_for
from defectsim.studies.options import RunKeywords, RunOptions
from defectsim.studies.run import run_study


def compare(
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int | None = None,
    precision: str | None = None,
    outcome: str | None = None,
    at_most: int | None = None,
    method: IntervalMethod = "t",
    seed: int | None = None,
    **options: Unpack[RunKeywords],
) -> Study:
    """Run scenarios on common random numbers.

    Parameters
    ----------
    scenarios
        By name; the others are compared with the first.
    replicates
        Of each scenario; default: those of the first one, or 40 at first with a precision.
    precision
        Half-width of the 95 % interval of each mean difference, as in ``"0.5pp"`` (percentage
        points) or ``"2"`` (people), until which replicates are added (`analysis.PrecisionTarget`).
    outcome
        Outcome of the precision; default: ``share_defected``.
    at_most
        Number of replicates after which it ends in any case, with an `ImpreciseWarning` if the
        precision is not reached; default: 1,000.
    method
        95 % intervals of means: Student's ``"t"``, guarded, or ``"bca"``, a bootstrap.
    seed
        As for `defectsim.run`.
    options
        How it is run, and where it is stored: see `RunOptions`.

    Returns
    -------
    Study
        Its ``runs`` have a column ``scenario``; ask it for `Study.paired` and `Study.divergence`.
    """
    if len(scenarios) < 2:
        raise PlanError("there is nothing to compare: give two scenarios or more")
    sampling = sampling_for(scenarios, replicates, method, precision, outcome, at_most)
    name = options.get("name") or "-vs-".join(scenarios)
    seed = fresh_seed() if seed is None else seed
    plan = comparison_plan(name, scenarios, replicates, seed, method, sampling)
    return warned(run_study(plan, RunOptions(**options)))
