"""Whether rates are rates."""

import math
from collections.abc import Iterator
from numbers import Real

from defectsim.behaviour.rule import Rates, Stance
from defectsim.contract.answer import Answer
from defectsim.contract.case import Case
from defectsim.contract.finding import Finding, failed, passed
from defectsim.contract.kinds import said
from defectsim.contract.search import EXAMPLES, search
from defectsim.contract.subject import Subject

ROUNDING = 1e-9


def rates(subject: Subject) -> Finding:
    """Return rates from 0 to infinity, or a probability, whatever the fields are within their bounds."""

    def faulty(case: Case) -> Finding | None:
        answer = subject.ask(case)
        fault = next(_faults(subject, answer), None)
        return failed(fault, f"with {subject.told(case)}: {answer}") if fault else None

    what = {Rates: "rates from 0 to infinity", float: "a probability from 0 to 1", Stance: "two probabilities"}
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
        for way, rate in answer.value._asdict().items():
            yield from _number(way, rate, math.inf if must is Rates else 1.0)
        if must is Stance and sum(answer.value) > 1.0 + ROUNDING:
            yield f"join and resist are together {sum(answer.value):g}, not at most 1"


def _number(name: str, value: object, high: float) -> Iterator[str]:
    must = "a probability from 0 to 1" if high == 1.0 else "a rate from 0 to infinity"
    if not isinstance(value, Real):
        yield f"{name} is a {type(value).__name__}, not {must}"
    elif not 0.0 <= float(value) <= high:
        yield f"{name} is {float(value):g}, not {must}"
