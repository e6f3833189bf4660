"""Whether a rule says the same whenever it is asked the same."""

from collections.abc import Sequence

from hypothesis import strategies as st

from defectsim.contract.answer import Answer
from defectsim.contract.case import Case
from defectsim.contract.finding import Finding, failed, passed
from defectsim.contract.search import search
from defectsim.contract.subject import Subject

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
        return _changed(subject, subject.plain, early, late, "after many times") if early.bits != late.bits else None

    return search(st.tuples(subject.cases, subject.cases), differs, TRIES) or passed("asked again, it answers the same")


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
        for case, other, early, late in ((one, two, answers[0], reversed_[1]), (two, one, reversed_[0], answers[1])):
            if early.bits != late.bits:
                return failed(
                    "what it answers depends on who was asked before: it remembers; a rule goes by its arguments alone",
                    f"with {subject.told(case)}: asked first {early}, asked after {subject.told(other)} {late}",
                )
        return None

    found = search(st.tuples(subject.cases, subject.cases), differs, TRIES)
    return found or passed("it answers the same whoever is asked first")
