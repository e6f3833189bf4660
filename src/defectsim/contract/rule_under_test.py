"""The rule under test, with the fields that it can read and its compiled form."""

import inspect
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from defectsim.contract.asking import Answer, CompiledRule, ask, guarded_arguments, source
from defectsim.contract.fields import (
    RETURNS,
    TRAITS,
    Case,
    cases,
    field_ranges,
)
from defectsim.contract.report import Finding, failed, passed
from defectsim.core.choices import RuleKind
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.core.files import is_file
from defectsim.core.section import Number
from defectsim.model.rule import ARGUMENTS, Rates, Rule
from defectsim.rules.bindings import COMPILED, RULE_KINDS, Decision, state_faults, state_fields
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario


class RuleUnderTest:
    """A rule with what the scenario says of it, or else with its own defaults.

    Parameters
    ----------
    scenario
        Scenario that declares attributes and levers, if any.
    kind
        Kind of the rule; default: as in the scenario, or as the returned type tells.

    Attributes
    ----------
    decision
        The rule with the values of its parameters.
    ranges
        Range of each field, by argument and name.
    default
        The case with every field at its default.
    arguments
        Function that returns guarded arguments in a case.

    Raises
    ------
    RuleError
        When a parameter has no value.
    """

    def __init__(
        self, rule: Rule[..., Any], scenario: Scenario | None, kind: RuleKind | None
    ) -> None:
        sections = scenario.behaviour.sections if scenario else {}
        kinds = [one for one in RULE_KINDS if sections and _is(sections[one].code.thing, rule)]
        returned = rule.returns or Rates
        of_result = [one for one, traits in TRAITS.items() if traits.returns is form_of(returned)]
        self.kind: RuleKind = kind or (kinds + of_result)[0]
        if self.kind in kinds:  # the scenario's copy of the rule, which is compiled once for both
            section = sections[self.kind]
            self.decision, numbers = section.decision, section.parameters
        else:
            numbers = _default_parameters(rule)
            self.decision = Decision(rule, rule.declared.values(numbers))
        self.rule, self.scenario = self.decision.rule, scenario
        self.traits = TRAITS[self.kind]
        self.states = state_fields(rule) or () if self.kind == "update" else ()
        """Names of the state that the rule changes."""
        declared = rule.declared.described
        self.ranges = field_ranges(self.kind, scenario, numbers, declared, self.states)
        self.default = {
            owner: {name: field.default for name, field in fields.items()}
            for owner, fields in self.ranges.items()
        }
        self.arguments = guarded_arguments(rule.parameters)

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
        read = {
            owner: {name: field for name, field in fields.items() if name in names}
            for owner, fields in self.ranges.items()
        }
        return cases(read, self.default)

    def ask(self, case: Case, function: Callable[..., Any] | None = None) -> Answer:
        """Call the rule, or another copy of its function, in Python."""
        return ask(function or self.decision.ask, *self.arguments(case))

    @cached_property
    def compiled_rule(self) -> CompiledRule | None:
        """The compiled rule, if the compiled engine compiles rules of its kind."""
        if self.kind not in COMPILED:
            return None
        return CompiledRule(self.rule, self.default, self.traits.returns)

    def description(self, case: Case) -> str:
        """Return the fields of a case that are not at their defaults."""
        changed = [
            f"{owner}.{name} = {value!r}"
            for owner, fields in case.items()
            for name, value in fields.items()
            if value != self.default[owner][name]
        ]
        return ", ".join(changed) or "every field at its default"


def form(rule: Rule[..., Any], kind: RuleKind | None) -> Finding:
    """Take four arguments, declare the parameters and the returned type."""
    taken, expected = inspect.signature(rule.function), ", ".join(ARGUMENTS)
    if not _takes_arguments(taken):
        return failed(f"it takes ({', '.join(taken.parameters)}); a rule takes ({expected})")
    try:
        count = len(rule.parameters._fields)
        returned = rule.returns
    except RuleError as error:
        return failed(str(error))
    if kind is None and form_of(returned) not in (*RETURNS, None):
        return failed(
            "it must be annotated to return Rates, a float (a probability), a Stance, or a "
            "NamedTuple of state"
        )
    if kind is not None and form_of(returned) not in (None, TRAITS[kind].returns):
        return failed(f"a rule of kind {kind} must return {RETURNS[TRAITS[kind].returns]}")
    parameters = f"{count} parameter{'' if count == 1 else 's'}"
    return passed(f"it takes ({expected}); p is {rule.parameters.__name__}, with {parameters}")


def state_misfit(tested: RuleUnderTest) -> Finding | None:
    """Return how the state of a rule differs from that of its scenario, or None."""
    declared = tested.scenario.state if tested.scenario else tested.states
    if tested.kind != "update" or not (faults := state_faults(tested.rule, declared)):
        return None
    return failed("; ".join(f"it {fault}" for fault in faults))


def form_of(returned: Any) -> Any:
    """Return the form of what a rule returns: `tuple` if it is a NamedTuple of state."""
    state = hasattr(returned, "_fields") and returned not in RETURNS
    return tuple if state else returned


def _takes_arguments(signature: inspect.Signature) -> bool:
    try:
        return tuple(signature.bind(*ARGUMENTS).arguments) == ARGUMENTS
    except TypeError:
        return False


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
    return load(sibling, allow_code=True) if is_file(sibling) else None


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
