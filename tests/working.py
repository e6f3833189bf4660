"""Small works to live."""

import datetime as dt
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from builders import small_scenario
from defectsim.execution.work import SCENARIO, PointWork, RunResult, Work
from defectsim.rules.fingerprint import fingerprint
from defectsim.scenario.load import ScenarioDocument, load
from defectsim.scenario.schema import Scenario
from defectsim.scenario.yaml import as_yaml

POLICY = {"lever": "surveillance", "value": 0.5, "effective": dt.date(2018, 4, 1)}

DEADLY = """
import os, signal
from pathlib import Path
from defectsim import NoParameters, Rates, rule

@rule
def decide(agent, unit, country, p: NoParameters):
    if country.surveillance > 0.8 or (country.surveillance > 0.5 and not Path(TOKEN).exists()):
        Path(TOKEN).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Rates(desert=0.2)
"""
RULE = """
from defectsim import NoParameters, Rates, rule

@rule
def decide(agent, unit, country, p: NoParameters):
    return Rates(desert=RATE)
"""


def work(base: Scenario | None = None, points: int = 1, **said: Any) -> Work:
    """Return a work of small scenarios, which begin to differ in April."""
    scenario = base or small_scenario(policies={"watch": POLICY})
    values = [(), *((f"policies.watch.value={number / 10}",) for number in range(1, points))]
    return made(scenario, values, **said)


def made(scenario: Scenario, overrides: list[tuple[str, ...]], **said: Any) -> Work:
    """Return the work of a scenario with some things laid over it at each point."""
    base = ScenarioDocument.from_scenario(scenario)
    points = tuple(PointWork(some, base.with_overrides(some).hash, 1) for some in overrides)
    files = {SCENARIO: as_yaml(scenario), **scenario.files}
    named = {
        code.name: code for some in overrides for code in base.with_overrides(some).code.values()
    }
    code = {name: fingerprint(code) for name, code in named.items()}
    return Work(files, code, points, said.get("engine", "compiled"), said.get("fork", True))


def deadly(folder: Path) -> Work:
    """Return a work of three points in the working folder: one kills whoever lives it, one only the first who does."""
    (folder / "deadly.py").write_text(DEADLY.replace("TOKEN", repr(str(folder / "token"))))
    policy = {"lever": "surveillance", "value": 0.0, "effective": dt.date(2018, 4, 1)}
    changes = {"behaviour": {"soldier": "deadly.py:decide"}, "policies": {"watch": policy}}
    (folder / "small.yaml").write_text(as_yaml(small_scenario(**changes)))
    overrides = [(), ("policies.watch.value=0.6",), ("policies.watch.value=0.9",)]
    return made(load("small.yaml"), overrides, engine="reference")


def ruled(folder: Path, monkeypatch: pytest.MonkeyPatch, rate: str) -> Work:
    """Return a work, at whose second point a rule stands in a module ``rules_of_mine``, as it is installed here."""
    (folder / "rules_of_mine.py").write_text(RULE.replace("RATE", rate))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "rules_of_mine", raising=False)
    return made(small_scenario(), [(), ("behaviour.soldier={rule: 'rules_of_mine:decide'}",)])


def hashes(results: Iterable[RunResult]) -> dict[int, object]:
    """Return the hash of each run, of which none may have come twice."""
    found = [(result.run, result.payload.row["hash"]) for result in results]
    assert len(found) == len(dict(found))
    return dict(found)
