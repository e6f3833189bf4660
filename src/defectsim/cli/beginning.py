"""`defectsim new rule`: a rule to begin from."""

from pathlib import Path

from defectsim.contract.new import new_rule


def rule(path: Path) -> None:
    """Write a rule, a scenario and a test, and say what to do with them."""
    written, scenario, test = new_rule(path)
    print(
        f"{written} is a rule by which soldiers decide, {scenario} an army that decides by it,\n"
        f"and {test} a test of the rule. See whether it keeps the contract of rules,\n"
        "and what the army does:\n\n"
        f"  defectsim check-rule {written}:decide\n"
        f"  defectsim run {scenario}\n\n"
        f"Then change {written} as you like, and ask both again."
    )
