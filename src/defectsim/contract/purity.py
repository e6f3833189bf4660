"""Whether a rule says the same whenever it is asked the same."""

import math
from collections.abc import Iterator, Sequence
from numbers import Real

from hypothesis import strategies as st

from defectsim.contract.asking import Answer, TrespassError
from defectsim.contract.cases import EXAMPLES, Case, said, search
from defectsim.contract.report import Finding, failed, passed
from defectsim.contract.rule_under_test import Subject
from defectsim.core.errors import nearest
from defectsim.model.person import RESERVED_NAMES
from defectsim.model.rule import NEWS_FIELDS, Rates, Stance, Unit

TRIES = 60
"""Enough, since what a rule keeps or draws shows in most cases."""


def reproducible(subject: Subject) -> Finding:
    """Give the same answers to the same questions, each time that the file is run."""

    def differs(asked: Sequence[Case]) -> Finding | None:
        one, two = subject.fresh(), subject.fresh()
        for case in asked:
            first, second = subject.ask(case, one), subject.ask(case, two)
            if first.bits != second.bits:
                return failed(
                    "two fresh copies of it, asked the same, answer differently: it draws random numbers, or looks at "
                    "a clock or at what is outside of it; leave chance to the engine, and return rates",
                    f"with {subject.told(case)}: once {first}, once {second}",
                )
        return None

    found = search(st.lists(subject.cases, min_size=1, max_size=3), differs, TRIES)
    return found or passed("fresh copies of it give the same answers")


def no_hidden_state(subject: Subject) -> Finding:
    """Give the same answer when asked again, whatever it was asked in between."""
    worn = subject.fresh()
    early = subject.ask(subject.plain, worn)

    def differs(pair: tuple[Case, Case]) -> Finding | None:
        case, other = pair
        rule = subject.fresh()
        first, again = subject.ask(case, rule), subject.ask(case, rule)
        if first.bits != again.bits:
            return _changed(subject, case, first, again, "at once")
        subject.ask(other, rule)
        later = subject.ask(case, rule)
        if first.bits != later.bits:
            return _changed(subject, case, first, later, f"after {subject.told(other)}")
        late = subject.ask(subject.plain, worn)
        return (
            _changed(subject, subject.plain, early, late, "after many times")
            if early.bits != late.bits
            else None
        )

    return search(st.tuples(subject.cases, subject.cases), differs, TRIES) or passed(
        "asked again, it answers the same"
    )


def _changed(subject: Subject, case: Case, first: Answer, later: Answer, when: str) -> Finding:
    return failed(
        "asked again, it answers differently: it keeps something between calls; a rule goes by its arguments alone",
        f"with {subject.told(case)}: first {first}, asked again {when} {later}",
    )


def no_effect_of_order(subject: Subject) -> Finding:
    """Give everybody the same answer, whoever is asked first."""

    def differs(pair: tuple[Case, Case]) -> Finding | None:
        one, two = pair
        forth, back = subject.fresh(), subject.fresh()
        answers = subject.ask(one, forth), subject.ask(two, forth)
        reversed_ = subject.ask(two, back), subject.ask(one, back)
        for case, other, early, late in (
            (one, two, answers[0], reversed_[1]),
            (two, one, reversed_[0], answers[1]),
        ):
            if early.bits != late.bits:
                return failed(
                    "what it answers depends on who was asked before: it remembers; a rule goes by its arguments alone",
                    f"with {subject.told(case)}: asked first {early}, asked after {subject.told(other)} {late}",
                )
        return None

    found = search(st.tuples(subject.cases, subject.cases), differs, TRIES)
    return found or passed("it answers the same whoever is asked first")


_OTHERS = {"superior", "ties", "subordinates"}


def own_person_only(subject: Subject) -> Finding:
    """Read the declared fields of agent, unit, country and p, and write nothing."""

    def trespasses(case: Case) -> Finding | None:
        error = subject.ask(case).error
        return (
            failed(_said(subject, error), f"with {subject.told(case)}")
            if isinstance(error, TrespassError)
            else None
        )

    return search(subject.cases, trespasses) or passed(
        "it reads declared fields only, and writes nothing"
    )


def _said(subject: Subject, error: TrespassError) -> str:
    place = f"{error.who}.{error.name}"
    if error.writes:
        return f"it writes {place}: a rule changes and keeps nothing; return rates, the engine does the rest"
    if error.who == "agent":
        return _of_agent(subject, error.name)
    known = [name.partition(".")[2] for name in subject.spans if name.startswith(f"{error.who}.")]
    hint = nearest(error.name, known)
    if error.who == "country":
        advice = "declare it as a lever in a scenario under levers:, and name the scenario with --scenario"
        return f"it reads {place}, which is no lever, nor one of {', '.join(NEWS_FIELDS)}{hint or f': {advice}'}"
    if error.who == "unit":
        return f"it reads {place}; a unit has {', '.join(Unit._fields)}{hint}"
    return f"it reads {place}, which {subject.rule.parameters.__name__} does not declare{hint}"


def _of_agent(subject: Subject, name: str) -> str:
    place = f"agent.{name}"
    if name in _OTHERS:
        return (
            f"it reads another agent, through {place}: a rule sees one person; what others do, it sees in unit, "
            "country and agent.ties_defected"
        )
    if name in RESERVED_NAMES:
        return (
            f"it reads {place}, which is not among what a person goes by: people who are alike in their columns are "
            "asked together; for a step that may read anything, write a subclass of General or Soldier"
        )
    known = [field.partition(".")[2] for field in subject.spans if field.startswith("agent.")]
    return (
        f"it reads {place}, which nothing declares{nearest(name, known)}: declare it in a scenario under people: "
        f"{{attributes: {{{name}: ...}}}}, and name the scenario with --scenario"
    )


ROUNDING = 1e-9


def rates(subject: Subject) -> Finding:
    """Return rates from 0 to infinity, or a probability, whatever the fields are within their bounds."""

    def faulty(case: Case) -> Finding | None:
        answer = subject.ask(case)
        fault = next(_faults(subject, answer), None)
        return failed(fault, f"with {subject.told(case)}: {answer}") if fault else None

    what = {
        Rates: "rates from 0 to infinity",
        float: "a probability from 0 to 1",
        Stance: "two probabilities",
    }
    done = f"{what[subject.traits.returns]}, in {EXAMPLES} cases over all bounds"
    return search(subject.cases, faulty) or passed(done)


def _faults(subject: Subject, answer: Answer) -> Iterator[str]:
    must = subject.traits.returns
    if answer.error is not None:
        yield f"it raises {type(answer.error).__name__}"
    elif must is float:
        yield from _number("what it returns", answer.value, 1.0)
    elif not isinstance(answer.value, must):
        yield f"it returns a {type(answer.value).__name__}, not {said(must)}"
    else:
        for transition, rate in answer.value._asdict().items():
            yield from _number(transition, rate, math.inf if must is Rates else 1.0)
        if must is Stance and sum(answer.value) > 1.0 + ROUNDING:
            yield f"join and resist are together {sum(answer.value):g}, not at most 1"


def _number(name: str, value: object, high: float) -> Iterator[str]:
    must = "a probability from 0 to 1" if high == 1.0 else "a rate from 0 to infinity"
    if not isinstance(value, Real):
        yield f"{name} is a {type(value).__name__}, not {must}"
    elif not 0.0 <= float(value) <= high:
        yield f"{name} is {float(value):g}, not {must}"
