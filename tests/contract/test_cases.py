from hypothesis import given

from defectsim.contract.fields import Case, cases, possible
from defectsim.contract.rule_under_test import rule_under_test
from defectsim.model import soldiers

TESTED = rule_under_test(soldiers.decide, None, None)
ALL, DEFAULT = TESTED.ranges, TESTED.default


@given(cases(ALL, DEFAULT))
def test_cases_keep_their_ranges_and_nobody_has_two_statuses(case: Case) -> None:
    for name, value in case.items():
        assert ALL[name].low <= value <= ALL[name].high
    assert case["unit.deserted"] + case["unit.defected"] <= 1 + 1e-15
    assert case["unit.commander_deserted"] + case["unit.commander_defected"] <= 1
    assert float(case["agent.rank"]).is_integer()


def test_a_case_is_described_by_what_is_not_at_its_default() -> None:
    case = {**DEFAULT, "agent.pay": 5.0, "unit.deserted": 0.5}
    assert TESTED.description(case) == "agent.pay = 5.0, unit.deserted = 0.5"
    assert TESTED.description(DEFAULT) == "every field at its default"
    assert possible(DEFAULT) == DEFAULT
