"""Shares that a rule multiplies before it compares them are found, with the line and what to write."""

import pytest

from defectsim.contract.report import Finding
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.contract.thresholds import compared_shares
from defectsim.rules.bindings import find_rule


def judged(name: str) -> Finding:
    return compared_shares(RuleUnderTest(find_rule(f"count_rules:{name}"), None, None))


@pytest.mark.parametrize(
    ("name", "share"),
    [("in_percent", "country.forces_defected"), ("in_tenths", "unit.branch_loyal")],
)
def test_a_threshold_in_percent_is_found(name: str, share: str) -> None:
    found = judged(name)
    assert found.failed
    place, _, message = found.message.partition(" ")
    assert "count_rules.py:" in place
    assert message == (
        f"multiplies {share} before it is compared, which rounds: 29/100 * 100 is "
        "28.999999999999996; compare the share itself, or a number of people such as "
        "country.n_defected"
    )


@pytest.mark.parametrize("name", ["in_halves", "joins_a_number", "counts_everybody"])
def test_shares_and_numbers_that_are_compared_as_they_are_pass(name: str) -> None:
    assert not judged(name).failed
