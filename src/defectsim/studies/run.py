"""A study of one scenario: many lives of one army."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from defectsim.behaviour.rule import Rule
from defectsim.behaviour.trace import trace
from defectsim.core.errors import RuleError
from defectsim.engine.start import EngineName, Start, known_engine
from defectsim.execution.local import Outcome, execute
from defectsim.scenario.schema import Scenario
from defectsim.scenario.text import as_yaml
from defectsim.store import Study, StudyWriter, manifest
from defectsim.store.provenance import Manifest
from defectsim.store.schema import RUNS, TABLES


@dataclass(frozen=True)
class Plan:
    """What a study will do.

    Attributes
    ----------
    command
        How it was asked for, for the record.
    """

    scenario: Scenario
    replicates: int
    seed: int
    workers: int
    engine: EngineName | None
    command: str

    def __post_init__(self) -> None:
        known_engine(self.engine)
        if self.seed < 0:
            raise ValueError(f"the seed must be 0 or above, not {self.seed}")
        for name, count in (("replicates", self.replicates), ("workers", self.workers)):
            if count < 1:
                raise ValueError(f"{name} must be at least 1, not {count}")

    @property
    def manifest(self) -> Manifest:
        """What has to be known to make the study again."""
        made = manifest(
            scenario=self.scenario.name,
            scenario_hash=self.scenario.hash,
            seed=self.seed,
            replicates=self.replicates,
            engine=self.engine,
            workers=self.workers,
            command=self.command,
        )
        code = {file: hashlib.sha256(text.encode()).hexdigest() for file, text in self.scenario.files.items()}
        levers = self.scenario.every_lever
        dates = {
            name: policy.begins(levers[policy.lever]).isoformat()
            for name, policy in self.scenario.policies.items()
            if policy.when is None
        }
        shown = {"question": self.scenario.question, "policies": dates}
        return {**made, **shown, "rules": self.rules, "code": code}

    @cached_property
    def rules(self) -> dict[str, str | None]:
        """The fingerprint of each rule, or None where a rule cannot be followed, as only the reference engine takes."""
        return {who: _fingerprint(rule) for who, rule in self.scenario.behaviour.decisions.rules.items()}

    def row(self, outcome: Outcome) -> dict[str, object]:
        """Return the row of runs.parquet that an outcome makes."""
        code = (version("defectsim"), *(f"{who} {rule}" for who, rule in self.rules.items()))
        code = (*code, *(f"{place} {one.text}" for place, one in sorted(self.scenario.code.items()) if one.text))
        identity = "\n".join([self.scenario.hash, *code, str(self.seed), str(outcome.replicate)])
        return {
            "replicate": outcome.replicate,
            "seed": str(self.seed),
            "key": hashlib.sha256(identity.encode()).hexdigest(),
            "status": "done" if outcome.record else "failed",
            "error": outcome.error,
            **(outcome.record.run if outcome.record else {}),
        }


def _fingerprint(rule: Rule[..., Any]) -> str | None:
    try:
        return trace(rule).fingerprint
    except RuleError:
        return None


type Progress = Callable[[Outcome], None]


def run_in_memory(plan: Plan, progress: Progress) -> Study:
    """Live all replicates of a plan, and return what they leave as frames."""
    start = Start(plan.scenario, plan.seed)
    engine = start.prepare(plan.engine)
    plan, outcomes = replace(plan, engine=engine), []
    for outcome in execute(start, plan.replicates, plan.workers, engine):
        progress(outcome)
        outcomes.append(outcome)
    outcomes.sort(key=lambda outcome: outcome.replicate)
    records = [outcome.record.tables for outcome in outcomes if outcome.record]
    kept = {
        name: pl.concat([pl.DataFrame(schema=schema), *(one[name].cast(schema) for one in records if name in one)])
        for name, schema in TABLES.items()
        if name != "runs"
    }
    runs = pl.DataFrame([plan.row(outcome) for outcome in outcomes], schema=RUNS)
    failed = [outcome.replicate for outcome in outcomes if outcome.error]
    return Study.of({**plan.manifest, "failed": failed}, {"runs": runs, **kept})


def run_to_folder(
    plan: Plan, progress: Progress, root: Path, name: str, *, overwrite: bool, draw: Callable[[Study, Path], None]
) -> Path:
    """Live all replicates of a plan, and store what they leave in ``root/name``, which appears when all is there."""
    start = Start(plan.scenario, plan.seed)
    files = {"scenario.yaml": as_yaml(plan.scenario), **plan.scenario.files}
    with StudyWriter(root, name, files, plan.manifest, overwrite=overwrite) as writer:
        engine = start.prepare(plan.engine)
        writer.say(engine=engine)
        for outcome in execute(start, plan.replicates, plan.workers, engine):
            kept = outcome.record
            row = {**plan.row(outcome), "seconds": outcome.seconds}
            writer.add(outcome.replicate, row, kept.tables if kept else {})
            progress(outcome)
        draw(writer.finish(), writer.folder / "figures")
    return writer.folder
