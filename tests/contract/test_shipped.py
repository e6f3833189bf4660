"""Every rule that comes with defectsim keeps the contract of rules."""

from typing import Any

import pytest

from defectsim import check_rule
from defectsim.behaviour import following, generals, soldiers
from defectsim.behaviour.rule import Rule
from defectsim.contract.finding import Verdict
from defectsim.contract.spans import Kind


@pytest.mark.parametrize(
    ("rule", "kind"),
    [(soldiers.decide, "soldier"), (generals.decide, "general"), (following.follow, "follow")],
    ids=["soldier", "general", "follow"],
)
def test_every_shipped_rule_keeps_the_contract(rule: Rule[..., Any], kind: Kind) -> None:
    report = check_rule(rule, kind=kind)
    assert report.passed, report
    for check in ("same when compiled", "same in both engines", "unrelated policies"):
        assert report[check].verdict is Verdict.PASSED, report
