from hypothesis import given

from defectsim.contract.fields import Case, cases, description, field_ranges, possible

ALL = field_ranges("soldier", None, {}, {})
DEFAULT = {name: found.default for name, found in ALL.items()}


@given(cases(ALL, DEFAULT))
def test_cases_keep_their_ranges_and_nobody_has_two_statuses(case: Case) -> None:
    for name, value in case.items():
        assert ALL[name].low <= value <= ALL[name].high
    assert case["unit.deserted"] + case["unit.defected"] <= 1 + 1e-15
    assert case["unit.commander_deserted"] + case["unit.commander_defected"] <= 1
    assert float(case["agent.rank"]).is_integer()


def test_a_case_is_described_by_what_is_not_at_its_default() -> None:
    assert (
        description({**DEFAULT, "agent.pay": 5.0, "unit.deserted": 0.5}, DEFAULT)
        == "agent.pay = 5.0, unit.deserted = 0.5"
    )
    assert description(DEFAULT, DEFAULT) == "every field at its default"
    assert possible(DEFAULT) == DEFAULT
