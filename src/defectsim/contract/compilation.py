"""Checks of the compiled rule: that it compiles, to the same function, and what a call costs."""

import timeit

from defectsim.contract.asking import CompiledRule
from defectsim.contract.fields import EXAMPLES, Case, search
from defectsim.contract.report import Finding, failed, not_judged, note
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.core.code.loading import shipped
from defectsim.core.errors import UncompilableError
from defectsim.model.rule import Rule
from defectsim.rules.bindings import COMPILED, Behaviour
from defectsim.scenario.schema import Scenario


def compiles(tested: RuleUnderTest) -> Finding:
    """Compile, or else run in the reference engine."""
    if tested.compiled_rule is None:
        return note("both engines call it in Python, since they call it seldom")
    if tested.compiled_rule.refused is None:
        return note("it compiles, and runs in the compiled engine")
    reason = str(tested.compiled_rule.refused).splitlines()[0]
    return note(f"it does not compile, and runs in the reference engine, agent by agent: {reason}")


def same_when_compiled(tested: RuleUnderTest) -> Finding:
    """Return the same to the last bit, compiled or not."""
    rule = tested.compiled_rule
    if rule is None:
        return not_judged("it is never compiled")

    def differs(case: Case) -> Finding | None:
        python, compiled = tested.ask(case), rule.ask(case)
        if python.bits == compiled.bits:
            return None
        example = f"with {tested.description(case)}: Python {python}, compiled {compiled}"
        return failed(_reason(python.error), example)

    same = f"the same in Python and compiled, to the bit, in {EXAMPLES} cases"
    return search(tested.cases, differs, same)


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


def expect_compilable(scenario: Scenario) -> None:
    """Compile the rules of a scenario's own; refuse those that the compiled engine cannot run.

    Raises
    ------
    UncompilableError
        With each rule's line, and what to do.
    """
    sections = ((kind, scenario.behaviour.sections[kind]) for kind in COMPILED)
    tested = (
        RuleUnderTest(section.code.thing, scenario, kind)
        for kind, section in sections
        if isinstance(section.code.thing, Rule) and not shipped(section.code.name)
    )
    rules = [one.compiled_rule for one in tested]
    if refused := [str(rule.refused) for rule in rules if rule and rule.refused]:
        raise UncompilableError("\n".join(refused))


CALLS = 10_000
ROUNDS = 20


def cost(tested: RuleUnderTest) -> Finding:
    """Measure the time of a call."""
    arguments, rule = tested.arguments(tested.default), tested.compiled_rule
    times = timeit.repeat(lambda: tested.decision.ask(*arguments), number=CALLS, repeat=5)
    python = f"{1e9 * min(times) / CALLS:,.0f} ns a call in Python"
    if rule is None:
        return note(python)
    if rule.refused:
        return note(f"{python}; it does not compile")
    if tested.kind == "update":  # the shipped one gives no state
        return note(
            f"{python}, {_nanoseconds(rule)[0]:,.1f} ns compiled" if tested.states else python
        )
    decision = Behaviour().decisions.of(tested.kind)
    shipped = RuleUnderTest(decision.rule, tested.scenario, tested.kind)
    assert shipped.compiled_rule
    if tested.rule is shipped.rule:
        return note(f"{python}, {_nanoseconds(rule)[0]:,.1f} ns compiled")
    own, theirs = _nanoseconds(rule, shipped.compiled_rule)
    return note(
        f"{python}, {own:,.1f} ns compiled: {own / theirs:.2f} times the shipped rule, which "
        f"takes {theirs:,.1f} ns"
    )


def _nanoseconds(*rules: CompiledRule) -> list[float]:
    """Return the time of a call of each rule; they take turns, so that load slows all of them."""
    calls = [rule.repeat(CALLS) for rule in rules]
    rounds = [[timeit.timeit(call, number=1) for call in calls] for _ in range(ROUNDS)]
    return [1e9 * min(times) / CALLS for times in zip(*rounds, strict=True)]
