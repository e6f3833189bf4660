"""The contract of rules: the checks that every rule passes, in their order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from defectsim.contract import compilation, purity, thresholds, trial_army
from defectsim.contract.asking import NotFreshError
from defectsim.contract.report import Finding, Report, failed, not_judged
from defectsim.contract.rule_under_test import RuleUnderTest, form, scenario_for, state_misfit
from defectsim.core.choices import RuleKind
from defectsim.core.errors import expect
from defectsim.model.rule import Rule
from defectsim.rules.bindings import find_rule
from defectsim.scenario.schema import Scenario


class Check(NamedTuple):
    """One check of the contract."""

    name: str
    judge: Callable[[RuleUnderTest], Finding]
    """Function whose docstring is the promise of rules."""
    needs: tuple[str, ...]
    """Checks without which it means nothing."""


_PURE = ("own person only", "reproducible", "no hidden state", "no effect of order")
_BOTH = (*_PURE, "rates", "same when compiled")
CHECKS = (
    Check("own person only", purity.own_person_only, ()),
    Check("reproducible", purity.reproducible, _PURE[:1]),
    Check("no hidden state", purity.no_hidden_state, _PURE[:2]),
    Check("no effect of order", purity.no_effect_of_order, _PURE[:3]),
    Check("rates", purity.rates, _PURE),
    Check("compared shares", thresholds.compared_shares, ()),
    Check("compiled", compilation.compiles, _PURE[:1]),
    Check("same when compiled", compilation.same_when_compiled, _PURE),
    Check("same in both engines", trial_army.same_in_both_engines, _BOTH),
    Check("unrelated policies", trial_army.unrelated_policies, (*_PURE, "rates")),
    Check("cost", compilation.cost, (*_PURE, "rates")),
)
"""All checks that follow the first, of the rule's form."""


def check_rule(
    rule: str | Rule[..., Any],
    scenario: str | Path | Scenario | None = None,
    *,
    kind: RuleKind | None = None,
    allow_code: bool = False,
) -> Report:
    """Check that a rule keeps the contract of rules; ``assert report.passed, report`` is a test.

    Parameters
    ----------
    rule
        A rule, or its name; files are looked for in the working folder.
    scenario
        Scenario that declares what the rule reads; default: ``my_rules.yaml`` beside
        ``my_rules.py``.
    kind
        Kind of the rule; default: as in the scenario, or as the returned type tells.
    allow_code
        As in `defectsim.load`.

    Raises
    ------
    RuleError, ScenarioError
        When there is no such rule, or something is wrong with the scenario.
    """
    title, findings = begin_checks(rule, scenario, kind, allow_code)
    return Report(title, tuple(findings))


def begin_checks(
    rule: str | Rule[..., Any],
    scenario: str | Path | Scenario | None,
    kind: RuleKind | None,
    allow_code: bool,
) -> tuple[str, Iterator[Finding]]:
    """Return the title of a report, and its findings, each of which is made when asked for."""
    found = find_rule(rule) if isinstance(rule, str) else rule
    expect(found, Rule, "a function marked @rule, or its name, as my_rules.py:decide")
    first = form(found, kind)
    if first.failed:
        return found.name, _of_form_alone(first)
    known = scenario_for(found, scenario, allow_code)
    tested = RuleUnderTest(found, known, kind)
    title = f"{tested.rule.name}, a rule of {tested.traits.subjects}"
    title += f" in the scenario {known.name}" if known else ""
    if misfit := state_misfit(tested):
        return title, _of_form_alone(misfit)
    return title, _findings(tested, first)


def _of_form_alone(broken: Finding) -> Iterator[Finding]:
    yield replace(broken, check="form")
    for check in CHECKS:
        yield replace(not_judged("form failed"), check=check.name)


def _findings(tested: RuleUnderTest, form: Finding) -> Iterator[Finding]:
    first = replace(form, check="form")
    findings = {"form": first}
    yield first
    for check in CHECKS:
        findings[check.name] = replace(_judged(check, tested, findings), check=check.name)
        yield findings[check.name]


def _judged(check: Check, tested: RuleUnderTest, before: Mapping[str, Finding]) -> Finding:
    if broken := [name for name in check.needs if before[name].failed]:
        return not_judged(f"{' and '.join(broken)} failed")
    compiled = ("same when compiled", "same in both engines")
    if check.name in compiled and tested.compiled_rule and tested.compiled_rule.refused:
        return not_judged("the rule does not compile")
    try:
        return check.judge(tested)
    except NotFreshError as reason:
        return not_judged(str(reason))
    except trial_army.CannotRunError as error:
        known = any(one.message == str(error) for one in before.values())
        return not_judged("the trial army cannot run") if known else failed(str(error))
