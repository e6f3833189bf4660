"""Rules that ship, with defaults of their own where the calibrated parameters could be."""

from collections.abc import Sequence

from defectsim.core.code.loading import shipped
from defectsim.core.code.shipped import PREFIX
from defectsim.model.transitions import Rank
from defectsim.population.forces import rank_counts
from defectsim.rules.bindings import RuleSection
from defectsim.scenario.schema import Scenario

CALIBRATED = f"{PREFIX}default"
"""Name of the scenario that has the calibrated parameters of all rules."""


def uncalibrated(scenario: Scenario) -> list[str]:
    """Return the rules, by their keys under `behaviour`, that run on defaults nobody calibrated.

    Such a rule ships with defectsim, is asked in this army, and has a parameter at the rule's own
    default, without range or source: no file sets it, nor one that this scenario extends.
    """
    sections = scenario.behaviour.sections
    left = {who: section for who, section in sections.items() if _left_to_defaults(section)}
    return [who for who in left if _asked(who, scenario)]


def calibration_note(rules: Sequence[str]) -> str:
    """Return a sentence about the rules from `uncalibrated`; nothing if there are none."""
    if not rules:
        return ""
    return (
        f"Not calibrated: {', '.join(rules)} (rules that ship with defectsim, at their own "
        f"defaults); write 'extends: {CALIBRATED}' in the scenario for the calibrated parameters, "
        "or set them, each with its source."
    )


def _left_to_defaults(section: RuleSection) -> bool:
    numbers = section.parameters.items()
    bare = {name: one.value for name, one in numbers if one.source is None and one.range is None}
    if not bare or not shipped(section.rule):
        return False
    defaults = section.declared(section.code).named_tuple._field_defaults
    return any(defaults.get(name) == value for name, value in bare.items())


def _asked(who: str, scenario: Scenario) -> bool:
    """Return whether anybody in the army is asked by the rule at a key under `behaviour`.

    Soldiers and generals are if there are any, about their belief if their rules read it (what a
    `step` of agents' own reads is not known), and about commanders and plots if there are officers
    or generals.
    """
    forces, behaviour = scenario.forces, scenario.behaviour
    army = [rank_counts(forces.company, branch) for branch in forces.branches.values()]
    generals = any(counts[Rank.GENERAL] for counts in army)
    match who:
        case "soldier":
            return True
        case "general":
            return generals
        case "belief":
            sections = (behaviour.soldier, *([behaviour.general] if generals else []))
            decisions = [section.decision for section in sections]
            return any(one.agents is None and one.may_read("belief") for one in decisions)
    return generals or any(counts[Rank.OFFICER] for counts in army)
