"""Checks that a rule is a pure function of its arguments, with values that engines can use."""

import math
from collections.abc import Iterator, Sequence
from numbers import Real
from typing import Any

from hypothesis import strategies as st

from defectsim.contract.asking import Answer, TrespassError, fresh_module
from defectsim.contract.fields import EXAMPLES, RETURNS, Case, search
from defectsim.contract.report import Finding, failed
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.core.errors import nearest
from defectsim.model.person import RESERVED_NAMES
from defectsim.model.rule import NEWS_FIELDS, Rates, Stance, Unit

TRIES = 60
"""Examples of checks whose failures show in most cases."""


def reproducible(tested: RuleUnderTest) -> Finding:
    """Give the same answers to the same questions in each run of the file."""

    def differs(asked: Sequence[Case]) -> Finding | None:
        one, two = fresh_module(tested.rule), fresh_module(tested.rule)
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
    worn = fresh_module(tested.rule)
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
        rule = fresh_module(tested.rule)
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

    def differs(pair: tuple[Case, Case]) -> Finding | None:
        one, two = pair
        forward, backward = fresh_module(tested.rule), fresh_module(tested.rule)
        one_first, two_second = tested.ask(one, forward), tested.ask(two, forward)
        two_first, one_second = tested.ask(two, backward), tested.ask(one, backward)
        for case, other, first, second in (
            (one, two, one_first, one_second),
            (two, one, two_first, two_second),
        ):
            if first.bits != second.bits:
                return failed(
                    "its answer depends on who was asked before: it remembers; a rule depends on "
                    "its arguments alone",
                    f"with {tested.description(case)}: asked first {first}, "
                    f"asked after {tested.description(other)} {second}",
                )
        return None

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
        return (
            f"it writes {place}: a rule changes and keeps nothing; return rates, the engine does "
            "the rest"
        )
    prefix = f"{error.owner}."
    known = [name.removeprefix(prefix) for name in tested.ranges if name.startswith(prefix)]
    hint = nearest(error.name, known)
    if error.owner == "agent":
        return f"it reads {_explanation_of_agent(error.name, hint)}"
    if error.owner == "country":
        advice = (
            ": declare it as a lever in a scenario under levers:, and name the scenario with "
            "--scenario"
        )
        news = ", ".join(NEWS_FIELDS)
        return f"it reads {place}, which is no lever, nor one of {news}{hint or advice}"
    if error.owner == "unit":
        return f"it reads {place}; a unit has {', '.join(Unit._fields)}{hint}"
    return f"it reads {place}, which {tested.rule.parameters.__name__} does not declare{hint}"


def _explanation_of_agent(name: str, hint: str) -> str:
    if name in ("superior", "ties", "subordinates"):
        return (
            f"another agent, through agent.{name}: a rule sees one person; what others do, it "
            "sees in unit, country and agent.ties_defected"
        )
    if name in RESERVED_NAMES:
        return (
            f"agent.{name}, which is not among the columns that rules depend on: people who are "
            "alike in these are asked together; for a step that may read anything, write a "
            "subclass of General or Soldier"
        )
    return (
        f"agent.{name}, which nothing declares{hint}: declare it in a scenario under people: "
        f"{{attributes: {{{name}: ...}}}}, and name the scenario with --scenario"
    )


ROUNDING = 1e-9
_VALUES = {
    Rates: "rates from 0 to infinity",
    float: "a probability from 0 to 1",
    Stance: "two probabilities",
}


def rates(tested: RuleUnderTest) -> Finding:
    """Return rates from 0 to infinity, or a probability, for all fields within their bounds."""

    def invalid(case: Case) -> Finding | None:
        answer = tested.ask(case)
        fault = next(_faults(tested.traits.returns, answer), None)
        return failed(fault, f"with {tested.description(case)}: {answer}") if fault else None

    values = _VALUES[tested.traits.returns]
    return search(tested.cases, invalid, f"{values}, in {EXAMPLES} cases over all bounds")


def _faults(returns: Any, answer: Answer) -> Iterator[str]:
    if answer.error is not None:
        yield f"it raises {type(answer.error).__name__}"
    elif returns is float:
        yield from _faults_of_number("what it returns", answer.value, 1.0)
    elif not isinstance(answer.value, returns):
        yield f"it returns a {type(answer.value).__name__}, not {RETURNS[returns]}"
    else:
        high = math.inf if returns is Rates else 1.0
        for name, value in answer.value._asdict().items():
            yield from _faults_of_number(name, value, high)
        if returns is Stance and sum(answer.value) > 1.0 + ROUNDING:
            yield f"join and resist are together {sum(answer.value):g}, not at most 1"


def _faults_of_number(name: str, value: object, high: float) -> Iterator[str]:
    expected = "a probability from 0 to 1" if high == 1.0 else "a rate from 0 to infinity"
    if not isinstance(value, Real):
        yield f"{name} is a {type(value).__name__}, not {expected}"
    elif not 0.0 <= float(value) <= high:
        yield f"{name} is {float(value):g}, not {expected}"
