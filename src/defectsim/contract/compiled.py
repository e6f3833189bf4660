"""Whether a rule can be compiled, and is then the same."""

import timeit
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.contract.asking import Machine
from defectsim.contract.cases import EXAMPLES, Case, Span, part, search
from defectsim.contract.report import Finding, failed, not_judged, note, passed
from defectsim.contract.rule_under_test import Subject
from defectsim.model import beliefs, following, generals, soldiers
from defectsim.model.rule import Rule, Unit


def compiles(subject: Subject) -> Finding:
    """Say whether the compiled engine can compile it, or why not."""
    if not subject.compiled:
        return note("both engines ask it in Python, since they ask it seldom")
    refused = subject.machine.refused
    if refused is None:
        return note("it compiles, and runs in the compiled engine")
    return note(
        f"it does not compile, and runs in the reference engine, agent by agent: {str(refused).splitlines()[0]}"
    )


def same_when_compiled(subject: Subject) -> Finding:
    """Answer the same to the last bit, compiled or not."""
    if not subject.compiled:
        return not_judged("it is never compiled")

    def differs(case: Case) -> Finding | None:
        plain, machine = subject.ask(case), subject.machine.ask(case)
        if plain.bits == machine.bits:
            return None
        return failed(
            f"{_why(plain.error)}", f"with {subject.told(case)}: Python {plain}, compiled {machine}"
        )

    return search(subject.cases, differs) or passed(
        f"the same in Python and compiled, to the bit, in {EXAMPLES} cases"
    )


def _why(error: BaseException | None) -> str:
    if isinstance(error, ValueError | OverflowError):
        return "compiled, it does not raise: keep log() from zero and below, and exp() from overflowing"
    return "compiled, it rounds differently: write x * x for x**2, and functions of math for those of other libraries"


SHIPPED: dict[str, Rule[..., Any]] = {
    "soldier": soldiers.decide,
    "general": generals.decide,
    "follow": following.follow,
    "belief": beliefs.survival,
}
CALLS = 10_000
ROUNDS = 20


def cost(subject: Subject) -> Finding:
    """Say how long a call takes."""
    python = f"{_in_python(subject):,.0f} ns a call in Python"
    if not subject.compiled:
        return note(python)
    if subject.machine.refused:
        return note(f"{python}; it does not compile")
    shipped = SHIPPED[subject.kind]
    if subject.rule is shipped:
        return note(f"{python}, {_compiled(subject.machine)[0]:,.1f} ns compiled")
    p = {
        f"p.{name}": Span(value, value, value)
        for name, value in shipped.parameters()._asdict().items()
    }
    spans = {name: span for name, span in subject.spans.items() if not name.startswith("p.")} | p
    own, theirs = _compiled(subject.machine, Machine(shipped, spans, subject.machine.returns_rates))
    return note(
        f"{python}, {own:,.1f} ns compiled: {own / theirs:.2f} times the shipped rule, which takes {theirs:,.1f} ns"
    )


def _in_python(subject: Subject) -> float:
    """Return nanoseconds a call."""
    agent, unit, country, p = (
        part(subject.plain, who) for who in ("agent", "unit", "country", "p")
    )
    given = (
        SimpleNamespace(**agent),
        Unit(**unit),
        SimpleNamespace(**country),
        subject.rule.parameters(**p),
    )
    taken = timeit.repeat(lambda: subject.rule(*given), number=CALLS, repeat=5)
    return 1e9 * min(taken) / CALLS


def _compiled(*machines: Machine) -> list[float]:
    """Return nanoseconds a call of each machine; they take turns, so that whatever else runs slows all of them."""
    rows = [np.repeat(machine.rows([machine.plain]), CALLS, axis=0) for machine in machines]
    rounds = [
        [_taken(machine, them) for machine, them in zip(machines, rows, strict=True)]
        for _ in range(ROUNDS)
    ]
    return [1e9 * min(taken) / CALLS for taken in zip(*rounds, strict=True)]


def _taken(machine: Machine, rows: NDArray[np.float64]) -> float:
    return timeit.timeit(lambda: machine.ask_all(rows), number=1)
