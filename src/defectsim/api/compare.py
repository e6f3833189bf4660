"""Compare scenarios on common seeds: what each changes, for whom and when."""

import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from defectsim.analysis import Method
from defectsim.api.resume import lived_on, to_the_end
from defectsim.api.run import How, carried_out
from defectsim.api.study import Study
from defectsim.core.errors import PlanError
from defectsim.core.randomness import fresh_seed
from defectsim.engine.setup import EngineName
from defectsim.execution.executors import Executor, Kind
from defectsim.scenario.schema import Scenario
from defectsim.studies.kinds.comparison.design import comparison_plan
from defectsim.studies.kinds.comparison.sequential_sampling import SequentialSampling, sampling_for
from defectsim.studies.progress import ProgressCallback


def compare(
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int | None = None,
    precision: str | None = None,
    outcome: str | None = None,
    at_most: int | None = None,
    method: Method = "t",
    seed: int | None = None,
    workers: int | None = None,
    executor: Kind | None = None,
    dask: str | None = None,
    engine: EngineName | None = None,
    fork: bool = True,
    out: str | Path | None = None,
    name: str | None = None,
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
) -> Study:
    """Live scenarios on common seeds.

    Parameters
    ----------
    scenarios
        By name; the others are compared with the first.
    replicates
        How many lives of each; as many as the first scenario says, or at first 40 where a precision is asked for.
    precision
        The half-width that the 95 % interval of each mean difference should have, as in ``"0.5pp"`` (percentage
        points) or ``"2"`` (people): replicates are added until it has (`analysis.Precision`).
    outcome
        That of which the precision is asked; ``share_defected`` where nothing is said.
    at_most
        How many replicates are enough in any case, 1,000 where nothing is said: if the precision is not reached by
        then, an `ImpreciseWarning` says what is.
    method
        How 95 % intervals of means are made: Student's ``"t"``, guarded, or ``"bca"``, a bootstrap.
    fork
        Whether scenarios that have a common past live it once; the results are the same.
    seed, workers, executor, dask, engine, out, name, overwrite, watch
        As for `defectsim.run`; the name is made of those of the scenarios where nothing is said.

    Returns
    -------
    Study
        Its ``runs`` have a column ``scenario``; ask it for `Study.paired` and `Study.divergence`.
    """
    if len(scenarios) < 2:
        raise PlanError("there is nothing to compare: give two scenarios or more")
    sampling = sampling_for(scenarios, replicates, method, precision, outcome, at_most)
    called = name or "-vs-".join(scenarios)
    count = _first(scenarios, sampling) if replicates is None else replicates
    kept = {"method": method, **(sampling.design if sampling else {})}
    sweep = comparison_plan(called, scenarios, count, fresh_seed() if seed is None else seed, kept)
    how = How(Executor(workers, executor, dask), engine, fork, progress or ProgressCallback())
    if sampling is None:
        return carried_out(sweep, how, out, called, overwrite=overwrite)
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as root:
        begun = carried_out(sweep, how, root, called, overwrite=overwrite)
        assert begun.path is not None
        more = partial(lived_on, begun.path, how.executor, fork, how.progress, allow_code=True)
        study = to_the_end(begun, lambda wanted: more(replicates=wanted))
        return Study.of(study.manifest, study.tables) if out is None else study


def _first(scenarios: Mapping[str, Scenario], sampling: SequentialSampling | None) -> int:
    """Return how many replicates to begin with."""
    return sampling.first if sampling else int(next(iter(scenarios.values())).replicates)
