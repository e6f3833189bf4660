"""Whether rates are rates."""

import math
from collections.abc import Iterator
from numbers import Real

from defectsim.behaviour.rule import Rates
from defectsim.contract.answer import Answer
from defectsim.contract.case import Case
from defectsim.contract.finding import Finding, failed, passed
from defectsim.contract.search import EXAMPLES, search
from defectsim.contract.subject import Subject


def rates(subject: Subject) -> Finding:
    """Return rates from 0 to infinity, or a probability, whatever the fields are within their bounds."""

    def faulty(case: Case) -> Finding | None:
        answer = subject.ask(case)
        fault = next(_faults(subject, answer), None)
        return failed(fault, f"with {subject.told(case)}: {answer}") if fault else None

    what = "a probability from 0 to 1" if subject.kind == "follow" else "rates from 0 to infinity"
    return search(subject.cases, faulty) or passed(f"{what}, in {EXAMPLES} cases over all bounds")


def _faults(subject: Subject, answer: Answer) -> Iterator[str]:
    if answer.error is not None:
        yield f"it raises {type(answer.error).__name__}"
    elif subject.kind == "follow":
        yield from _number("what it returns", answer.value, 1.0)
    elif not isinstance(answer.value, Rates):
        yield f"it returns a {type(answer.value).__name__}, not Rates"
    else:
        for way, rate in answer.value._asdict().items():
            yield from _number(way, rate, math.inf)


def _number(name: str, value: object, high: float) -> Iterator[str]:
    must = "a probability from 0 to 1" if high == 1.0 else "a rate from 0 to infinity"
    if not isinstance(value, Real):
        yield f"{name} is a {type(value).__name__}, not {must}"
    elif not 0.0 <= float(value) <= high:
        yield f"{name} is {float(value):g}, not {must}"
