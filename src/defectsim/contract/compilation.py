"""Checks of the compiled rule: that it compiles, to the same function, and what a call costs."""

import timeit
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from defectsim.contract.compiled_rule import CompiledRule
from defectsim.contract.fields import EXAMPLES, Case, FieldRange, part, search
from defectsim.contract.report import Finding, failed, not_judged, note, passed
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.model import beliefs, following, generals, soldiers
from defectsim.model.rule import Rule, Unit


def compiles(tested: RuleUnderTest) -> Finding:
    """Compile, or else run in the reference engine."""
    if not tested.compiled:
        return note("both engines call it in Python, since they call it seldom")
    if tested.compiled_rule.refused is None:
        return note("it compiles, and runs in the compiled engine")
    reason = str(tested.compiled_rule.refused).splitlines()[0]
    return note(f"it does not compile, and runs in the reference engine, agent by agent: {reason}")


def same_when_compiled(tested: RuleUnderTest) -> Finding:
    """Return the same to the last bit, compiled or not."""
    if not tested.compiled:
        return not_judged("it is never compiled")

    def differs(case: Case) -> Finding | None:
        python, compiled = tested.ask(case), tested.compiled_rule.ask(case)
        if python.bits == compiled.bits:
            return None
        example = f"with {tested.description(case)}: Python {python}, compiled {compiled}"
        return failed(_reason(python.error), example)

    return search(tested.cases, differs) or passed(
        f"the same in Python and compiled, to the bit, in {EXAMPLES} cases"
    )


def _reason(error: BaseException | None) -> str:
    if isinstance(error, ValueError | OverflowError):
        return (
            "compiled, it does not raise: keep log() from zero and below, and exp() from "
            "overflowing"
        )
    return (
        "compiled, it rounds differently: write x * x for x**2, and functions of math for those "
        "of other libraries"
    )


SHIPPED: dict[str, Rule[..., Any]] = {
    "soldier": soldiers.decide,
    "general": generals.decide,
    "follow": following.follow,
    "belief": beliefs.survival,
}
CALLS = 10_000
ROUNDS = 20


def cost(tested: RuleUnderTest) -> Finding:
    """Measure the time of a call."""
    python = f"{_nanoseconds_in_python(tested):,.0f} ns a call in Python"
    if not tested.compiled:
        return note(python)
    if tested.compiled_rule.refused:
        return note(f"{python}; it does not compile")
    shipped = SHIPPED[tested.kind]
    if tested.rule is shipped:
        (own,) = _nanoseconds_compiled(tested.compiled_rule)
        return note(f"{python}, {own:,.1f} ns compiled")
    ranges = {name: field for name, field in tested.ranges.items() if not name.startswith("p.")}
    for name, value in shipped.parameters()._asdict().items():
        ranges[f"p.{name}"] = FieldRange(value, value, value)
    reference = CompiledRule(shipped, ranges, tested.compiled_rule.returns_rates)
    own, theirs = _nanoseconds_compiled(tested.compiled_rule, reference)
    return note(
        f"{python}, {own:,.1f} ns compiled: {own / theirs:.2f} times the shipped rule, which "
        f"takes {theirs:,.1f} ns"
    )


def _nanoseconds_in_python(tested: RuleUnderTest) -> float:
    agent, unit, country, p = (
        part(tested.default, owner) for owner in ("agent", "unit", "country", "p")
    )
    arguments = (
        SimpleNamespace(**agent),
        Unit(**unit),
        SimpleNamespace(**country),
        tested.rule.parameters(**p),
    )
    times = timeit.repeat(lambda: tested.rule(*arguments), number=CALLS, repeat=5)
    return 1e9 * min(times) / CALLS


def _nanoseconds_compiled(*rules: CompiledRule) -> list[float]:
    """Return the time of a call of each rule; they take turns, so that load slows all of them."""
    rows = [np.repeat(rule.rows([rule.default]), CALLS, axis=0) for rule in rules]
    calls = [partial(rule.ask_all, row) for rule, row in zip(rules, rows, strict=True)]
    rounds = [[timeit.timeit(call, number=1) for call in calls] for _ in range(ROUNDS)]
    return [1e9 * min(times) / CALLS for times in zip(*rounds, strict=True)]
