"""Checks that a rule is a pure function of its arguments, with values that engines can use."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from hypothesis import strategies as st

from defectsim.contract.asking import Answer, TrespassError, reloading
from defectsim.contract.fields import EXAMPLES, RETURNS, Case, search
from defectsim.contract.report import Finding, failed
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.model.person import RESERVED_NAMES
from defectsim.model.rule import NEWS_FIELDS, Rates, Stance, Unit
from defectsim.rules.faults import WRITES_NOTHING, hint

TRIES = 60
"""Examples of checks whose failures show in most cases."""


def reproducible(tested: RuleUnderTest) -> Finding:
    """Give the same answers to the same questions in each run of the file."""
    reload = reloading(tested.rule)

    def differs(asked: Sequence[Case]) -> Finding | None:
        one, two = reload(), reload()
        for case in asked:
            first, second = tested.ask(case, one), tested.ask(case, two)
            if first.bits != second.bits:
                return failed(
                    "in two fresh modules it answers differently: it draws random numbers, or "
                    "reads a clock or something outside of it; leave chance to the engine, and "
                    "return rates",
                    f"with {tested.description(case)}: once {first}, once {second}",
                )
        return None

    cases = st.lists(tested.cases, min_size=1, max_size=3)
    return search(cases, differs, "it answers the same in fresh modules", TRIES)


def no_hidden_state(tested: RuleUnderTest) -> Finding:
    """Give the same answer when asked again, whatever was asked in between."""
    reload = reloading(tested.rule)
    worn = reload()
    early = tested.ask(tested.default, worn)

    def changed(case: Case, first: Answer, later: Answer, when: str) -> Finding | None:
        if first.bits == later.bits:
            return None
        return failed(
            "asked again, it answers differently: it keeps something between calls; a rule "
            "depends on its arguments alone",
            f"with {tested.description(case)}: first {first}, asked again {when} {later}",
        )

    def differs(pair: tuple[Case, Case]) -> Finding | None:
        case, other = pair
        rule = reload()
        first, again = tested.ask(case, rule), tested.ask(case, rule)
        if found := changed(case, first, again, "at once"):
            return found
        tested.ask(other, rule)
        after = f"after {tested.description(other)}"
        return changed(case, first, tested.ask(case, rule), after) or changed(
            tested.default, early, tested.ask(tested.default, worn), "after many times"
        )

    pairs = st.tuples(tested.cases, tested.cases)
    return search(pairs, differs, "asked again, it answers the same", TRIES)


def no_effect_of_order(tested: RuleUnderTest) -> Finding:
    """Give everybody the same answer, whoever is asked first."""
    reload = reloading(tested.rule)

    def differs(pair: tuple[Case, Case]) -> Finding | None:
        case, other = pair
        rested, worn = reload(), reload()
        tested.ask(other, worn)
        first, second = tested.ask(case, rested), tested.ask(case, worn)
        if first.bits == second.bits:
            return None
        return failed(
            "its answer depends on who was asked before: it remembers; a rule depends on its "
            "arguments alone",
            f"with {tested.description(case)}: asked first {first}, "
            f"asked after {tested.description(other)} {second}",
        )

    pairs = st.tuples(tested.cases, tested.cases)
    return search(pairs, differs, "it answers the same whoever is asked first", TRIES)


def own_person_only(tested: RuleUnderTest) -> Finding:
    """Read the declared fields of agent, unit, country and p, and write nothing."""

    def trespasses(case: Case) -> Finding | None:
        error = tested.ask(case).error
        if not isinstance(error, TrespassError):
            return None
        return failed(_explanation(tested, error), f"with {tested.description(case)}")

    return search(tested.cases, trespasses, "it reads declared fields only, and writes nothing")


def _explanation(tested: RuleUnderTest, error: TrespassError) -> str:
    place = f"{error.owner}.{error.name}"
    if error.writes:
        return f"it writes {place}: {WRITES_NOTHING}"
    meant = hint(error.owner, error.name, tested.ranges)
    if error.owner == "agent":
        return f"it reads {_explanation_of_agent(error.name, meant)}"
    if error.owner == "country":
        advice = (
            ": declare it as a lever in a scenario under levers:, and name the scenario with "
            "--scenario"
        )
        news = ", ".join(NEWS_FIELDS)
        return f"it reads {place}, which is no lever, nor one of {news}{meant or advice}"
    if error.owner == "unit":
        return f"it reads {place}; a unit has {', '.join(Unit._fields)}{meant}"
    return f"it reads {place}, which {tested.rule.parameters.__name__} does not declare{meant}"


def _explanation_of_agent(name: str, meant: str) -> str:
    if name in ("superior", "ties", "subordinates"):
        return (
            f"another agent, through agent.{name}: a rule sees one person; what others do, it "
            "sees in unit, country and shares of ties such as agent.ties_defected"
        )
    if name in RESERVED_NAMES:
        return (
            f"agent.{name}, which is not among the columns that rules depend on: people who are "
            "alike in these are asked together; for a step that may read anything, write a "
            "subclass of General or Soldier"
        )
    return (
        f"agent.{name}, which nothing declares{meant}: declare it in a scenario under people: "
        f"{{attributes: {{{name}: ...}}}}, and name the scenario with --scenario"
    )


ROUNDING = 1e-9
_VALUES = {
    Rates: "rates from 0 to infinity",
    float: "a probability from 0 to 1",
    Stance: "two probabilities",
    tuple: "finite numbers",
}


def rates(tested: RuleUnderTest) -> Finding:
    """Return rates from 0 to infinity, or a probability, for all fields within their bounds."""

    def invalid(case: Case) -> Finding | None:
        answer = tested.ask(case)
        fault = _fault(tested.traits.returns, answer)
        return failed(fault, f"with {tested.description(case)}: {answer}") if fault else None

    values = _VALUES[tested.traits.returns]
    return search(tested.cases, invalid, f"{values}, in {EXAMPLES} cases over all bounds")


def _fault(returns: Any, answer: Answer) -> str | None:
    if answer.error is not None:
        return f"it raises {type(answer.error).__name__}"
    if returns is float:
        return _fault_of_number("what it returns", answer.value, 1.0)
    if not isinstance(answer.value, returns):
        return f"it returns a {type(answer.value).__name__}, not {RETURNS[returns]}"
    if returns is tuple:
        return _fault_of_state(answer.value)
    high = math.inf if returns is Rates else 1.0
    for name, value in answer.value._asdict().items():
        if fault := _fault_of_number(name, value, high):
            return fault
    if returns is Stance and sum(answer.value) > 1.0 + ROUNDING:
        return f"join and resist are together {sum(answer.value):g}, not at most 1"
    return None


def _fault_of_state(state: Any) -> str | None:
    for name, value in state._asdict().items():
        if not isinstance(value, Real) or not math.isfinite(value):
            return f"{name} is {value}, not a finite number"
    return None


def _fault_of_number(name: str, value: object, high: float) -> str | None:
    if isinstance(value, Real) and 0.0 <= float(value) <= high:
        return None
    given = f"{float(value):g}" if isinstance(value, Real) else f"a {type(value).__name__}"
    expected = "a probability from 0 to 1" if high == 1.0 else "a rate from 0 to infinity"
    return f"{name} is {given}, not {expected}"
