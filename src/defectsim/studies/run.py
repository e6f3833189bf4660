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
from defectsim.store import Study, StudyWriter, in_memory, manifest
from defectsim.store.provenance import Manifest
from defectsim.store.schema import PLANNED


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

    @property
    def planned(self) -> pl.DataFrame:
        """A row a run, with what is known of it beforehand; see `store.schema.PLANNED`."""
        code = (version("defectsim"), *(f"{who} {rule}" for who, rule in self.rules.items()))
        code = (*code, *(f"{place} {one.text}" for place, one in sorted(self.scenario.code.items()) if one.text))
        identity = "\n".join([self.scenario.hash, *code, str(self.seed)])
        keys = [hashlib.sha256(f"{identity}\n{run}".encode()).hexdigest() for run in range(self.replicates)]
        rows = {"point": 0, "replicate": range(self.replicates), "seed": str(self.seed), "key": keys}
        return pl.DataFrame(rows, schema=PLANNED)


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
    return in_memory(plan.manifest, plan.planned, {outcome.run: outcome.packed for outcome in outcomes})


def run_to_folder(
    plan: Plan, progress: Progress, root: Path, name: str, *, overwrite: bool, draw: Callable[[Study, Path], None]
) -> Path:
    """Live all replicates of a plan, and store what they leave in ``root/name``."""
    start = Start(plan.scenario, plan.seed)
    engine = start.prepare(plan.engine)
    plan = replace(plan, engine=engine)
    files = {"scenario.yaml": as_yaml(plan.scenario), **plan.scenario.files}
    with StudyWriter.create(root, name, files, plan.manifest, plan.planned, overwrite=overwrite) as writer:
        for outcome in execute(start, plan.replicates, plan.workers, engine):
            writer.add(outcome.run, outcome.packed)
            progress(outcome)
        draw(writer.finish(), writer.folder / "figures")
    return writer.folder
