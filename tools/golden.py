"""Compare the results of defectsim with the golden record: `make golden`.

The record has, of every shipped scenario and classic in a small army, of the default scenario at full size, and of a
comparison, a sweep, its forks and a checkpoint, who left, when and how, the weekly counts, and the rows of runs. Both
engines must reproduce it, so a change of structure that changes a result is found at once. Only the public interface
is used. `python -m tools.golden --write` makes the record anew, where a change of results is intended.
"""

import hashlib
import json
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

import defectsim as ds
from defectsim.core.choices import EngineName

RECORD = Path("tests/golden/record.json")
SEED = 20190205
SMALL = 500
"""People in a small army, about."""
GENERALS = 30
"""Generals in a small army, about."""
FULL_SIZE = ("scenarios/venezuela-2019.yaml",)

type Record = dict[str, Any]


def cases(*, full: bool = True) -> Iterator[tuple[str, Record]]:
    """Yield the name of each case and what it gives now, by either engine."""
    for path in sorted(
        map(str, [*Path("scenarios").glob("*.yaml"), *Path("scenarios/classics").glob("*.yaml")])
    ):
        for engine in ("compiled", "reference"):
            yield f"{path} small", run(small(path), engine)
    for path in FULL_SIZE if full else ():
        yield f"{path} full", run(ds.load(path), "compiled", replicates=2)
    yield from compared()
    yield from swept()
    yield from resumed()


def run(scenario: ds.Scenario, engine: EngineName, replicates: int = 1) -> Record:
    """Return what some replicates of a scenario give."""
    return digest(ds.run(scenario, replicates=replicates, seed=SEED, workers=1, engine=engine))


def compared() -> Iterator[tuple[str, Record]]:
    """Yield a comparison, by both engines, with and without forks."""
    names = ("venezuela-2019-no-off-ramp", "venezuela-2019", "venezuela-2019-one-general")
    scenarios = {name: small(f"scenarios/{name}.yaml") for name in names}
    for engine, fork in (("compiled", True), ("compiled", False), ("reference", False)):
        study = ds.compare(scenarios, replicates=2, seed=SEED, workers=1, engine=engine, fork=fork)
        yield (
            "comparison",
            {
                **digest(study),
                "paired": rows(study.paired().rename({"effective_pairs": "carrying"})),
            },
        )


def swept() -> Iterator[tuple[str, Record]]:
    """Yield a sweep, by both engines, with and without forks."""
    path = "scenarios/sweeps/off-ramp-by-surveillance.yaml"
    sweep = ds.load_sweep(path, shrunk("scenarios/venezuela-2019.yaml"))
    for engine, fork in (("compiled", True), ("compiled", False), ("reference", False)):
        yield (
            "sweep",
            digest(ds.sweep(sweep, replicates=1, seed=SEED, workers=1, engine=engine, fork=fork)),
        )


def resumed() -> Iterator[tuple[str, Record]]:
    """Yield a run that goes on from a checkpoint, and the same run without one."""
    scenario = small("scenarios/yemen-2011.yaml")
    model = ds.DefectionModel(scenario, rng=SEED, engine="compiled")
    with tempfile.TemporaryDirectory() as folder:
        saved = ds.save_checkpoint(model.run(until=60), f"{folder}/saved.npz")
        for one in (model, ds.load_checkpoint(saved, scenario)):
            events = one.run().engine.events
            table = pl.DataFrame(
                {name: getattr(events, name) for name in ("step", "row", "cause", "start", "end")}
            )
            yield "checkpoint", {"events": hashed(table), "changes": table.height}


def shrunk(path: str) -> list[str]:
    """Return overrides that make the army of a scenario small."""
    branches = ds.load(path).forces.branches
    people = sum(int(branch.strength) for branch in branches.values())
    generals = sum(int(branch.generals) for branch in branches.values())
    overrides = []
    for name, branch in branches.items():
        for key, number, share in (
            ("strength", int(branch.strength), SMALL / people),
            ("generals", int(branch.generals), GENERALS / max(generals, 1)),
        ):
            if share < 1 and number:
                place = f"forces.branches.{name}.{key}"
                overrides += [f"{place}=null", f"{place}={max(round(number * share), 1)}"]
    return overrides


def small(path: str) -> ds.Scenario:
    """Return a scenario with a small army."""
    return ds.load(path, shrunk(path))


def digest(study: ds.Study) -> Record:
    """Return hashes of who left, when and how and of the weekly counts, and the rows of runs."""
    return {
        "events": hashed(study.events),
        "changes": study.events.height,
        "counts": hashed(study.series),
        "attempts": hashed(study.attempts),
        "observations": hashed(study.observations),
        "runs": rows(study.runs.drop("key", "hash", "error")),
    }


def rows(table: pl.DataFrame) -> list[str]:
    """Return the rows of a table as text, floating-point numbers to the last bit."""
    return table.write_ndjson().splitlines()


def hashed(table: pl.DataFrame) -> str:
    """Return a hash of the rows of a table, as text."""
    return hashlib.sha256(table.write_csv().encode()).hexdigest()


def main() -> None:
    """Compare with the record, or write it."""
    warnings.simplefilter("ignore")
    known: dict[str, Record] = (
        {} if "--write" in sys.argv else json.loads(RECORD.read_text(encoding="utf-8"))
    )
    found: dict[str, Record] = {}
    count, wrong = 0, 0
    for name, record in cases():
        count += 1
        if known.get(name, found.get(name, record)) != record:
            wrong += 1
            print(f"{name}: differs from the record", flush=True)
        found.setdefault(name, record)
    if not known:
        RECORD.parent.mkdir(parents=True, exist_ok=True)
        RECORD.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missing = [name for name in known if name not in found]
    print(
        f"{count} results of {len(found)} cases, {wrong} of which differ; {len(missing)} cases are missing"
    )
    raise SystemExit(bool(wrong or missing))


if __name__ == "__main__":
    main()
