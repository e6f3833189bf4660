"""Compare scenarios on common seeds: what each changes, for whom and when."""

import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import polars as pl

from defectsim import analysis
from defectsim.analysis.precision import FIRST, MOST
from defectsim.core.errors import StudyError
from defectsim.core.randomness import fresh_seed
from defectsim.engine.start import EngineName
from defectsim.execution.executors import Executor, Kind
from defectsim.report.carrying import How, carried_out
from defectsim.report.going_on import resume
from defectsim.report.study import Study
from defectsim.scenario.schema import Scenario
from defectsim.store.schema import FOUND, PLANNED
from defectsim.studies.scenarios import SCENARIO, comparison
from defectsim.studies.watch import Watch

RUNS = pl.Schema({**PLANNED, **FOUND})
USUAL = "share_defected"
"""The outcome of which a precision is asked where none is named."""


def compare(
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int | None = None,
    precision: str | None = None,
    outcome: str = USUAL,
    at_most: int = MOST,
    seed: int | None = None,
    workers: int | None = None,
    executor: Kind | None = None,
    dask: str | None = None,
    engine: EngineName | None = None,
    fork: bool = True,
    out: str | Path | None = None,
    name: str | None = None,
    overwrite: bool = False,
    watch: Watch | None = None,
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
        That of which the precision is asked.
    at_most
        How many replicates are enough in any case.
    fork
        Whether scenarios that have a common past live it once; the results are the same.
    seed, workers, executor, dask, engine, out, name, overwrite, watch
        As for `defectsim.run`; the name is made of those of the scenarios where nothing is said.

    Returns
    -------
    Study
        Its ``runs`` have a column ``scenario``; ask it for `Study.paired` and `Study.otherwise`.
    """
    if len(scenarios) < 2:
        raise StudyError("there is nothing to compare: give two scenarios or more")
    asked = None if precision is None else analysis.Precision.parse(precision, pl.DataFrame(schema=RUNS), outcome)
    first = next(iter(scenarios.values()))
    usual = FIRST if asked else int(first.replicates)
    count = usual if replicates is None else replicates
    called = name or "-vs-".join(scenarios)
    sweep = comparison(called, scenarios, count, fresh_seed() if seed is None else seed)
    how = How(Executor(workers, executor, dask), engine, fork, watch or Watch())
    if asked is None:
        return carried_out(sweep, how, out, called, overwrite=overwrite)
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as root:
        study = _until_precise(carried_out(sweep, how, root, called, overwrite=overwrite), how, asked, at_most)
        return Study.of(study.manifest, study.tables) if out is None else study


def _until_precise(study: Study, how: How, asked: analysis.Precision, at_most: int) -> Study:
    """Add replicates to a study until its differences are as exact as asked, or there are enough, or it is stopped."""
    while study.complete:
        wanted, _ = analysis.replicates_wanted(study.runs, asked, by=SCENARIO, at_most=at_most)
        if wanted == study.manifest["replicates"]:
            break
        assert study.path is not None
        study = resume(
            study.path, replicates=wanted, executor=how.executor, fork=how.fork, allow_code=True, watch=how.watch
        )
    return study
