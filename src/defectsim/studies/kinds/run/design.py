"""The plan of a study of one scenario."""

from defectsim.scenario.schema import Scenario
from defectsim.studies.plan import Plan, plan_of_scenarios


def run_plan(scenario: Scenario, replicates: int, seed: int) -> Plan:
    """Return the plan of replicates of one scenario."""
    return plan_of_scenarios(scenario.name, {"": scenario}, {"kind": "run"}, replicates, seed)
