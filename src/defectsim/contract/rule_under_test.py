"""The rule under test, with the fields that it can read and its compiled form."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_type_hints

from hypothesis import strategies as st

from defectsim.contract.asking import (
    Answer,
    CompiledRule,
    GuardedArguments,
    answer,
    fresh_module,
    source,
)
from defectsim.contract.fields import (
    RETURNS,
    RULE_KINDS,
    TRAITS,
    Case,
    FieldRange,
    KindTraits,
    cases,
    field_ranges,
)
from defectsim.contract.report import Finding, failed, passed
from defectsim.core.choices import RuleKind
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.core.section import Number
from defectsim.model.levers import LEVERS, Lever
from defectsim.model.rule import Rule, Stance
from defectsim.rules.bindings import ARGUMENTS, COMPILED, Decision
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario


@dataclass(frozen=True)
class RuleUnderTest:
    """A rule with what a scenario and its kind declare.

    Attributes
    ----------
    decision
        The rule with the values of its parameters.
    ranges
        Range of each field, by dotted name.
    scenario
        Scenario that declares attributes and levers, if any.
    """

    kind: RuleKind
    decision: Decision
    ranges: Mapping[str, FieldRange]
    scenario: Scenario | None

    @property
    def rule(self) -> Rule[..., Any]:
        """The rule as it was given."""
        return self.decision.rule

    @property
    def traits(self) -> KindTraits:
        """Traits of its kind."""
        return TRAITS[self.kind]

    @property
    def levers(self) -> Mapping[str, Lever]:
        """Levers that rules can read."""
        return self.scenario.every_lever if self.scenario else LEVERS

    @cached_property
    def default(self) -> Case:
        """The case with every field at its default."""
        return {name: field.default for name, field in self.ranges.items()}

    @property
    def names(self) -> frozenset[str] | None:
        """Every name in the rule's code, or None if the code cannot be followed."""
        try:
            return self.decision.trace.names
        except UncompilableError:
            return None

    @cached_property
    def cases(self) -> st.SearchStrategy[Case]:
        """Cases that vary the fields named in the rule's code, or else in its file."""
        names = self.names or re.findall(r"\w+", source(self.rule).read_text(encoding="utf-8"))
        read = {name: it for name, it in self.ranges.items() if name.partition(".")[2] in names}
        return cases(read, self.default)

    @cached_property
    def guarded(self) -> GuardedArguments:
        """Arguments of the rule in Python."""
        return GuardedArguments(self.rule.parameters)

    def ask(self, case: Case, rule: Rule[..., Any] | None = None) -> Answer:
        """Call the rule, or another copy of it, in Python."""
        return answer(rule or self.rule, self.guarded.of(case))

    @property
    def compiled(self) -> bool:
        """True if the compiled engine compiles rules of its kind."""
        return self.kind in COMPILED

    @cached_property
    def compiled_rule(self) -> CompiledRule:
        """The compiled rule."""
        return CompiledRule(self.rule, self.default, self.traits.returns)

    @cached_property
    def not_fresh(self) -> RuleError | None:
        """Reason why it cannot be run in a fresh module, if there is one."""
        try:
            fresh_module(self.rule)
        except RuleError as error:
            return error
        return None

    def description(self, case: Case) -> str:
        """Return the fields of a case that are not at their defaults."""
        changed = (name for name, value in case.items() if value != self.default[name])
        return (
            ", ".join(f"{name} = {case[name]!r}" for name in changed)
            or "every field at its default"
        )


def form(rule: Rule[..., Any], kind: RuleKind | None) -> Finding:
    """Take four arguments, declare the parameters and the returned type."""
    taken, expected = inspect.signature(rule.function), ", ".join(ARGUMENTS)
    if not _takes_arguments(taken):
        return failed(f"it takes ({', '.join(taken.parameters)}); a rule takes ({expected})")
    try:
        count = len(rule.parameters._fields)
        returned = _returned(rule)
    except RuleError as error:
        return failed(str(error))
    if kind is None and returned not in (*RETURNS, None):
        return failed("it must be annotated to return Rates, a float (a probability) or a Stance")
    if kind is not None and returned not in (None, TRAITS[kind].returns):
        return failed(f"a rule of kind {kind} must return {RETURNS[TRAITS[kind].returns]}")
    parameters = f"{count} parameter{'' if count == 1 else 's'}"
    return passed(f"it takes ({expected}); p is {rule.parameters.__name__}, with {parameters}")


def _takes_arguments(signature: inspect.Signature) -> bool:
    try:
        return tuple(signature.bind(*ARGUMENTS).arguments) == ARGUMENTS
    except TypeError:
        return False


def _returned(rule: Rule[..., Any]) -> Any:
    try:
        return get_type_hints(rule.function).get("return")
    except (NameError, AttributeError, TypeError, SyntaxError) as error:
        raise RuleError(f"an annotation cannot be understood: {error}") from error


def rule_under_test(
    rule: Rule[..., Any], scenario: Scenario | None, kind: RuleKind | None
) -> RuleUnderTest:
    """Return a rule with what the scenario says of it, or else with its own defaults.

    Raises
    ------
    RuleError
        When a parameter has no value.
    """
    sections = scenario.behaviour.sections if scenario else {}
    kinds = [one for one in RULE_KINDS if one in sections and _is(sections[one].code.thing, rule)]
    by_result: dict[Any, RuleKind] = {float: "follow", Stance: "stand"}
    if kind is None:
        kind = kinds[0] if kinds else by_result.get(_returned(rule), "soldier")
    if kind in kinds:  # the scenario's copy of the rule, which is compiled once for both
        decision, numbers = sections[kind].decision, sections[kind].parameters
    else:
        numbers = _default_parameters(rule)
        decision = Decision(rule, rule.declared.values(numbers))
    ranges = field_ranges(kind, scenario, numbers, rule.declared.described)
    return RuleUnderTest(kind, decision, ranges, scenario)


def scenario_for(
    rule: Rule[..., Any], given: str | Path | Scenario | None, allow_code: bool
) -> Scenario | None:
    """Return the scenario that was given, or the one beside the rule's file, or none."""
    if isinstance(given, Scenario):
        return given
    if given is not None:
        return load(given, allow_code=allow_code)
    sibling = source(rule).with_suffix(".yaml")
    # the user has asked for code from this folder already
    return load(sibling, allow_code=True) if sibling.is_file() else None


def _is(thing: Any, rule: Rule[..., Any]) -> bool:
    """Return whether a thing is the rule, however the two were imported."""
    return (
        isinstance(thing, Rule)
        and thing.function.__qualname__ == rule.function.__qualname__
        and source(thing).resolve() == source(rule).resolve()
    )


def _default_parameters(rule: Rule[..., Any]) -> dict[str, Number]:
    defaults = rule.parameters._field_defaults
    missing = [name for name in rule.parameters._fields if name not in defaults]
    if missing:
        raise RuleError(
            f"rule {rule.name}: {', '.join(missing)} of {rule.parameters.__name__} has no "
            "default; give it one, or name with --scenario a scenario that gives it"
        )
    return {name: Number(value=value) for name, value in defaults.items()}
