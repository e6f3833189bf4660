"""Small plans to run."""

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from builders import small_scenario
from defectsim.execution.simulator import RunResult
from defectsim.scenario.load import ScenarioDocument, load
from defectsim.scenario.overrides import as_yaml
from defectsim.scenario.schema import Scenario
from defectsim.studies.plan import Plan, make_plan
from defectsim.studies.simulator import PlanSimulator

POLICY = {"lever": "surveillance", "value": 0.5, "effective": dt.date(2018, 4, 1)}

RULE = """
from defectsim import NoParameters, Rates, rule

@rule
def decide(agent, unit, country, p: NoParameters):
    return Rates(desert=RATE)
"""


def small_plan(points: int = 1, base: Scenario | None = None) -> Plan:
    """Return a plan of small scenarios, which begin to differ in April."""
    scenario = base or small_scenario(policies={"watch": POLICY})
    overrides = [(), *((f"policies.watch.value={number / 10}",) for number in range(1, points))]
    return plan_with(scenario, overrides)


def plan_with(scenario: Scenario, overrides: Sequence[tuple[str, ...]]) -> Plan:
    """Return a plan of a scenario with overrides at each point."""
    base, design = ScenarioDocument(scenario), {"kind": "sweep", "sampling": "list"}
    scenarios = [base.with_overrides(one) if one else scenario for one in overrides]
    points = [({"at": float(number)}, one) for number, one in enumerate(scenarios)]
    return make_plan("small", base, points, design, 9, 1, question="Does it hold?")


def simulator(points: int = 1) -> PlanSimulator:
    """Return the simulator of a small plan."""
    return PlanSimulator(small_plan(points), "compiled")


def ruled_by_a_file(folder: Path) -> PlanSimulator:
    """Return a simulator of four points in the working folder, whose rule stands in ``gone.py``."""
    (folder / "gone.py").write_text(RULE.replace("RATE", "0.2 * (1 + country.surveillance)"))
    changes = {"behaviour": {"soldier": "gone.py:decide"}, "policies": {"watch": POLICY}}
    (folder / "small.yaml").write_text(as_yaml(small_scenario(**changes)))
    return PlanSimulator(small_plan(4, load("small.yaml")), "reference")


def ruled(folder: Path, monkeypatch: pytest.MonkeyPatch, rate: str) -> Plan:
    """Return a plan, at whose second point a rule stands in an installed module."""
    (folder / "rules_of_mine.py").write_text(RULE.replace("RATE", rate))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "rules_of_mine", raising=False)
    return plan_with(small_scenario(), [(), ("behaviour.soldier={rule: 'rules_of_mine:decide'}",)])


def hashes(results: Iterable[RunResult]) -> dict[int, object]:
    """Return the hash of each run, none of which may have come twice."""
    found = [(result.run, result.payload.row["hash"]) for result in results]
    assert len(found) == len(dict(found))
    return dict(found)
