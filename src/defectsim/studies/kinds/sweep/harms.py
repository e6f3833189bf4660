"""Harms to people on which nothing is ever optimised: purges, informers, reprisals."""

from collections.abc import Sequence
from typing import Any

from defectsim.scenario.schema import Scenario

_LEVERS = ("surveillance", "punishment")
_ACT = ":purge"
_PARAMETERS = ("reprisal", "punishment", "punishment_defection")


def harms(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario has of purges, informers, surveillance and reprisals, by path."""
    acts = {f"acts.{name}": act for name, act in scenario.acts.items() if act.act.endswith(_ACT)}
    policies = {
        f"policies.{name}": policy
        for name, policy in scenario.policies.items()
        if policy.lever in _LEVERS
    }
    conditions = {
        f"conditions.{lever}": scenario.conditions[lever]
        for lever in _LEVERS
        if lever in scenario.conditions
    }
    parameters = {
        f"behaviour.{who}.parameters.{name}": section.parameters[name]
        for who, section in scenario.behaviour.sections.items()
        for name in _PARAMETERS
        if name in section.parameters
    }
    informers = {"plots.informers": scenario.plots.informers}
    return {**acts, **policies, **conditions, **parameters, **informers}


def differing_harms(scenarios: Sequence[Scenario]) -> list[str]:
    """Return the paths of harms in which some scenario differs from the first."""
    first, *others = map(harms, scenarios)
    return sorted(
        {path for other in others for path in first | other if first.get(path) != other.get(path)}
    )
