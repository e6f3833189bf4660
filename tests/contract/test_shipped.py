"""Every rule that comes with defectsim keeps the contract of rules."""

from typing import Any

import pytest

from defectsim import check_rule
from defectsim.contract.report import CheckVerdict
from defectsim.core.choices import RuleKind
from defectsim.model.rule import Rule
from defectsim.rules.bindings import COMPILED, RULE_KINDS, Behaviour

SHIPPED = Behaviour().decisions.rules


def test_there_is_a_kind_for_each_rule_of_a_scenario() -> None:
    assert set(RULE_KINDS) == set(SHIPPED)


@pytest.mark.long
@pytest.mark.parametrize("kind", RULE_KINDS)
def test_every_shipped_rule_keeps_the_contract(kind: RuleKind) -> None:
    rule: Rule[..., Any] = SHIPPED[kind]
    report = check_rule(rule, kind=kind)
    assert report.passed, report
    compiled = ("same when compiled",) if kind in COMPILED else ()
    for check in (*compiled, "same in both engines", "unrelated policies"):
        assert report[check].verdict is CheckVerdict.PASSED, report
