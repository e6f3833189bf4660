"""The contract that every rule keeps: what is checked, in which order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from defectsim.contract.cases import Kind
from defectsim.contract.compiled import compiles, cost, same_when_compiled
from defectsim.contract.engine_parity import same_lives, unrelated_policies
from defectsim.contract.purity import (
    no_effect_of_order,
    no_hidden_state,
    own_person_only,
    rates,
    reproducible,
)
from defectsim.contract.report import Finding, Report, not_judged
from defectsim.contract.rule_under_test import Subject, form, scenario_of, subject_of
from defectsim.model.rule import Rule
from defectsim.rules.bindings import find_rule
from defectsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Check:
    """One part of the contract.

    Attributes
    ----------
    name
        As reports call it.
    judge
        Says what it finds.
    needs
        The checks without which it means nothing.
    compiled
        Whether it needs the rule compiled.
    copied
        Whether it needs fresh copies of the rule.
    """

    name: str
    judge: Callable[[Subject], Finding]
    needs: tuple[str, ...] = ()
    compiled: bool = False
    copied: bool = False


_PURE = ("own person only", "reproducible", "no hidden state", "no effect of order")
CHECKS = (
    Check("own person only", own_person_only, ("form",)),
    Check("reproducible", reproducible, ("form", *_PURE[:1]), copied=True),
    Check("no hidden state", no_hidden_state, ("form", *_PURE[:2]), copied=True),
    Check("no effect of order", no_effect_of_order, ("form", *_PURE[:3]), copied=True),
    Check("rates", rates, ("form", *_PURE)),
    Check("compiled", compiles, ("form", *_PURE[:1])),
    Check("same when compiled", same_when_compiled, ("form", *_PURE), compiled=True),
    Check(
        "same in both engines",
        same_lives,
        ("form", *_PURE, "rates", "same when compiled"),
        compiled=True,
    ),
    Check("unrelated policies", unrelated_policies, ("form", *_PURE, "rates")),
    Check("cost", cost, ("form", *_PURE, "rates")),
)
"""All checks but the first, which is of the rule's form."""


def check_rule(
    rule: str | Rule[..., Any],
    scenario: str | Path | Scenario | None = None,
    *,
    kind: Kind | None = None,
    allow_code: bool = False,
) -> Report:
    """Check that a rule keeps the contract of rules; ``assert report.passed, report`` is a test.

    Parameters
    ----------
    rule
        A rule, or its name; files are looked for in the working folder.
    scenario
        What declares what the rule reads; where none is given, ``my_rules.yaml`` beside ``my_rules.py``.
    kind
        Whose rule it is; where nothing is said, the scenario, or what the rule returns, tells.
    allow_code
        As of `defectsim.load`.

    Raises
    ------
    RuleError, ScenarioError
        Where there is no such rule, or something is wrong with the scenario.
    """
    found = find_rule(rule) if isinstance(rule, str) else rule
    first = replace(form(found, kind), check="form")
    if first.failed:
        return Report(
            found.name,
            (first, *(replace(not_judged("form failed"), check=check.name) for check in CHECKS)),
        )
    known = scenario_of(found, scenario, allow_code)
    subject = subject_of(found, known, kind)
    judged = {"form": first}
    for check in CHECKS:
        judged[check.name] = replace(_judged(check, subject, judged), check=check.name)
    return Report(_title(subject, known), tuple(judged.values()))


def _title(subject: Subject, scenario: Scenario | None) -> str:
    title = f"{subject.rule.name}, a rule of {subject.traits.whose}"
    return f"{title} in the scenario {scenario.name}" if scenario else title


def _judged(check: Check, subject: Subject, before: dict[str, Finding]) -> Finding:
    failed = [name for name in check.needs if before[name].failed]
    if failed:
        return not_judged(f"{' and '.join(failed)} failed")
    if check.compiled and subject.compiled and subject.machine.refused:
        return not_judged("the rule does not compile")
    if check.copied and subject.uncopied:
        return not_judged(str(subject.uncopied))
    return check.judge(subject)
