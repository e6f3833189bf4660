"""What a call of a rule costs."""

import timeit
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.behaviour import beliefs, following, generals, soldiers
from defectsim.behaviour.rule import Rule, Unit
from defectsim.contract.case import Span, part
from defectsim.contract.finding import Finding, note
from defectsim.contract.machine import Machine
from defectsim.contract.subject import Subject

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
    p = {f"p.{name}": Span(value, value, value) for name, value in shipped.parameters()._asdict().items()}
    spans = {name: span for name, span in subject.spans.items() if not name.startswith("p.")} | p
    own, theirs = _compiled(subject.machine, Machine(shipped, spans, subject.machine.returns_rates))
    return note(
        f"{python}, {own:,.1f} ns compiled: {own / theirs:.2f} times the shipped rule, which takes {theirs:,.1f} ns"
    )


def _in_python(subject: Subject) -> float:
    """Return nanoseconds a call."""
    agent, unit, country, p = (part(subject.plain, who) for who in ("agent", "unit", "country", "p"))
    given = SimpleNamespace(**agent), Unit(**unit), SimpleNamespace(**country), subject.rule.parameters(**p)
    taken = timeit.repeat(lambda: subject.rule(*given), number=CALLS, repeat=5)
    return 1e9 * min(taken) / CALLS


def _compiled(*machines: Machine) -> list[float]:
    """Return nanoseconds a call of each machine; they take turns, so that whatever else runs slows all of them."""
    rows = [np.repeat(machine.rows([machine.plain]), CALLS, axis=0) for machine in machines]
    rounds = [[_taken(machine, them) for machine, them in zip(machines, rows, strict=True)] for _ in range(ROUNDS)]
    return [1e9 * min(taken) / CALLS for taken in zip(*rounds, strict=True)]


def _taken(machine: Machine, rows: NDArray[np.float64]) -> float:
    return timeit.timeit(lambda: machine.ask_all(rows), number=1)
