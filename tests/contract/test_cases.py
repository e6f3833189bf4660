from hypothesis import given

from defectsim.contract.fields import Case, cases, possible
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.model import soldiers

TESTED = RuleUnderTest(soldiers.decide, None, None)
ALL, DEFAULT = TESTED.ranges, TESTED.default


@given(cases(ALL, DEFAULT))
def test_cases_keep_their_ranges_and_nobody_has_two_statuses(case: Case) -> None:
    for owner, fields in case.items():
        for name, value in fields.items():
            assert ALL[owner][name].low <= value <= ALL[owner][name].high
    unit = case["unit"]
    assert unit["deserted"] + unit["defected"] <= 1 + 1e-15
    assert unit["commander_deserted"] + unit["commander_defected"] <= 1
    assert float(case["agent"]["rank"]).is_integer()


def test_a_case_is_described_by_what_is_not_at_its_default() -> None:
    agent, unit = {**DEFAULT["agent"], "pay": 5.0}, {**DEFAULT["unit"], "deserted": 0.5}
    case = {**DEFAULT, "agent": agent, "unit": unit}
    assert TESTED.description(case) == "agent.pay = 5.0, unit.deserted = 0.5"
    assert TESTED.description(DEFAULT) == "every field at its default"
    assert possible(DEFAULT) == DEFAULT
