"""Good rules keep the contract; each planted bad rule breaks it in the right place, with a small example."""

from functools import cache

import pytest

from builders import small_scenario
from defectsim import Country, Person, Rates, RuleError, Unit, check_rule, rule
from defectsim.contract.checks import Check, _judged
from defectsim.contract.report import CheckVerdict, Report
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.contract.trial_army import unrelated_policies
from defectsim.core.parameters import NoParameters
from defectsim.model.rule import Rule
from defectsim.rules.bindings import find_rule

PLANTED = "tests/contract/planted.py"


@cache
def checked(name: str, **options: str) -> Report:
    return check_rule(f"{PLANTED}:{name}", **options)


def test_a_good_rule_keeps_the_contract_with_what_the_scenario_beside_it_declares() -> None:
    report = check_rule("tests/contract/curfew.py:decide")
    assert report.passed, report
    assert report.title == "curfew.py:decide, a rule of soldiers in the scenario curfew"
    verdicts = {finding.check: finding.verdict for finding in report}
    assert {check for check, verdict in verdicts.items() if verdict is not CheckVerdict.PASSED} == {
        "compiled",
        "cost",
    }
    assert "times the shipped rule" in report["cost"].message
    assert "travel_ban" in report["unrelated policies"].message
    assert "curfew" not in report["unrelated policies"].message


def test_a_good_rule_that_cannot_be_compiled_keeps_it_with_a_note() -> None:
    report = checked("good_with_a_table")
    assert report.passed, report
    assert report["compiled"].verdict is CheckVerdict.NOTE
    assert "reference engine" in report["compiled"].message
    assert "uses WAGES" in report["compiled"].message
    for check in ("same when compiled", "same in both engines"):
        assert report[check].verdict is CheckVerdict.NOT_JUDGED


BAD = [
    (
        "unseeded",
        "reproducible",
        "it draws random numbers",
        "with every field at its default: once Rates(",
    ),
    (
        "counts_its_calls",
        "no hidden state",
        "keeps something between calls",
        "with every field at its default: first",
    ),
    ("tires", "no hidden state", "keeps something between calls", "asked again after many times"),
    (
        "remembers_the_first",
        "no effect of order",
        "who was asked before",
        "asked after agent.pay = 0.0",
    ),
    (
        "asks_the_superior",
        "own person only",
        "reads another agent",
        "pay = 101.0, unit.commander_defected = 1.0",
    ),
    (
        "goes_by_its_row",
        "own person only",
        "agent.row, which is not among",
        "with every field at its default",
    ),
    (
        "undeclared",
        "own person only",
        "under people: {attributes: {treshold: ...}}",
        "with every field",
    ),
    ("unknown_lever", "own person only", "country.curfew, which is no lever", "with every field"),
    ("misspelt_parameter", "own person only", "did you mean p.base?", "with every field"),
    ("writes", "own person only", "it writes agent.grievance", "with every field"),
    ("negative", "rates", "defect is -0.5, not a rate", "with agent.attachment = 2.0: Rates("),
    ("not_a_number", "rates", "desert is nan", "with unit.deserted = 1.0"),
    ("divides", "rates", "raises ZeroDivisionError", "with country.travel_ban = 1.0"),
    ("no_rates", "rates", "returns a float, not Rates", "with every field at its default: 0.5"),
    ("too_likely", "rates", "is 1.5, not a probability from 0 to 1", "with agent.exposure = 1.0"),
    ("cubes", "same when compiled", "rounds differently", "with agent.exposure = 0."),
    ("hides_what_it_reads", "unrelated policies", "a policy on pay,", "seed 0: army-"),
    (
        "three_arguments",
        "form",
        "it takes (agent, unit, p); a rule takes (agent, unit, country, p)",
        "",
    ),
]


@pytest.mark.parametrize(
    ("name", "check", "reason", "example"), BAD, ids=[name for name, *_ in BAD]
)
def test_a_bad_rule_breaks_it_in_one_place_and_for_the_right_reason(
    name: str, check: str, reason: str, example: str
) -> None:
    report = checked(name)
    assert [finding.check for finding in report if finding.failed] == [check], report
    assert reason in report[check].message
    assert example in report[check].example
    assert f"breaks its contract: {check}." in " ".join(str(report).split())


@pytest.mark.parametrize(
    ("name", "error", "example"),
    [
        ("logs_zero", "ValueError", "every field at its default"),
        ("overflows", "OverflowError", "grievance = 7"),
    ],
)
def test_a_rule_that_raises_only_in_python_breaks_two_checks(
    name: str, error: str, example: str
) -> None:
    report = checked(name)
    assert [finding.check for finding in report if finding.failed] == [
        "rates",
        "same when compiled",
    ], report
    for check in ("rates", "same when compiled"):
        assert error in report[check].example
        assert example in report[check].example
    assert "compiled Rates(desert=inf" in report["same when compiled"].example


@pytest.mark.parametrize(
    ("name", "reason"),
    [("returns_nothing", "it may return nothing"), ("returns_a_pair", "it returns a UniTuple")],
)
def test_a_result_that_engines_cannot_use_is_not_compiled(name: str, reason: str) -> None:
    report = checked(name)
    assert report["rates"].failed
    assert report["compiled"].message.startswith("it does not compile")
    assert reason in report["compiled"].message


def test_a_probability_may_be_true_or_false() -> None:
    tested = RuleUnderTest(find_rule(f"{PLANTED}:certain"), None, None)
    assert tested.compiled_rule
    assert tested.compiled_rule.refused is None
    tested.compiled_rule.repeat(2)()


def test_checks_that_an_earlier_failure_makes_meaningless_are_not_judged() -> None:
    report = checked("counts_its_calls")
    later = (
        "no effect of order",
        "rates",
        "same when compiled",
        "same in both engines",
        "unrelated policies",
        "cost",
    )
    for check in later:
        assert report[check].verdict is CheckVerdict.NOT_JUDGED
        assert report[check].message == "no hidden state failed"


def test_examples_are_the_same_each_time() -> None:
    assert checked("asks_the_superior") == checked.__wrapped__("asks_the_superior")


def test_kind_and_declarations_of_a_rule_come_from_its_scenario() -> None:
    report = check_rule("tests/contract/curfew.py:defies", "tests/contract/curfew.yaml")
    assert "a rule of generals in the scenario curfew" in report.title
    assert report["own person only"].verdict is CheckVerdict.PASSED
    assert "country.curfew = 0.5" in report["rates"].example


def test_the_kind_of_a_rule_can_be_chosen() -> None:
    assert "a rule of generals" in checked("undeclared", kind="general").title
    wrong = checked("negative", kind="follow")["form"]
    assert wrong.failed
    assert "must return a float, a probability" in wrong.message


def test_parameters_must_be_declared_by_a_named_tuple() -> None:
    form = checked("undescribed")["form"]
    assert form.failed
    assert "p must be annotated with a NamedTuple class" in form.message


def test_a_parameter_without_a_value_is_refused_by_name() -> None:
    with pytest.raises(
        RuleError, match="pull of Pull has no default; give it one, or name with --scenario"
    ):
        checked("without_default")


TIRING = {
    "people": {"state": {"fatigue": {"initial": 0, "unit": "hours"}}},
    "behaviour": {"update": f"{PLANTED}:tires_without_end"},
}


def test_a_rule_of_state_returns_what_its_scenario_declares() -> None:
    report = check_rule(f"{PLANTED}:misspells_its_state", small_scenario(**TIRING), kind="update")
    assert report["form"].failed
    assert report["form"].message == (
        "it returns no fatigue: return all that people.state declares; it returns anger, which "
        "people.state does not declare; it returns fatigu, which people.state does not declare; "
        "did you mean 'fatigue'?"
    )
    assert report["rates"].message == "form failed"


def test_a_trial_army_that_cannot_run_fails_the_first_check_that_needs_it() -> None:
    found = find_rule(f"{PLANTED}:tires_without_end")
    tested = RuleUnderTest(found, small_scenario(**TIRING), "update")
    check = Check("unrelated policies", unrelated_policies, ())
    finding = _judged(check, tested, {})
    assert finding.failed
    assert "the trial army of seed 0 cannot run: RuleError: " in finding.message
    assert "fatigue is not a finite number for army-1 " in finding.message
    again = _judged(check, tested, {"same in both engines": finding})
    assert (again.verdict, again.message) == (
        CheckVerdict.NOT_JUDGED,
        "the trial army cannot run",
    )


def test_a_rule_defined_within_a_function_gets_the_checks_that_are_possible() -> None:
    report = check_rule(made(-1.0))
    assert "does not stand at the top level of a file" in report["reproducible"].message
    assert [finding.check for finding in report if finding.failed] == ["rates"]


def made(base: float) -> Rule:
    @rule
    def decide(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
        return Rates(desert=base)

    return decide
