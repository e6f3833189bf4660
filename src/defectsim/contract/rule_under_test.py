"""The rule that is checked, with all that can be asked of it."""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_type_hints

from hypothesis import strategies as st

from defectsim.contract.asking import Answer, Machine, StandIns, fresh, source
from defectsim.contract.cases import (
    KINDS,
    TRAITS,
    Case,
    Kind,
    Span,
    Traits,
    cases,
    levers,
    said,
    spans,
    told,
)
from defectsim.contract.report import Finding, failed, passed
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.core.section import Number
from defectsim.model.levers import Lever
from defectsim.model.rule import Rates, Rule, Stance
from defectsim.rules.bindings import COMPILED, Decision
from defectsim.rules.fingerprint import trace
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Subject:
    """What is checked.

    Attributes
    ----------
    kind
        Which rule of a scenario it is.
    decision
        The rule with the values of its parameters.
    spans
        What each field can be, by dotted name.
    scenario
        What declares attributes and levers, if there is one.
    """

    kind: Kind
    decision: Decision
    spans: Mapping[str, Span]
    scenario: Scenario | None

    @property
    def rule(self) -> Rule[..., Any]:
        """The rule as it was given."""
        return self.decision.rule

    @property
    def levers(self) -> Mapping[str, Lever]:
        """The levers that rules can read."""
        return levers(self.scenario)

    @cached_property
    def plain(self) -> Case:
        """The case of which nothing is said."""
        return {name: span.plain for name, span in self.spans.items()}

    @cached_property
    def names(self) -> frozenset[str] | None:
        """Every name in the rule's code, or None where the code cannot be followed."""
        try:
            return trace(self.rule).names
        except UncompilableError:
            return None

    @cached_property
    def cases(self) -> st.SearchStrategy[Case]:
        """All cases that the rule can tell apart, as far as its code, or else its file, names what it reads."""
        names = self.names or re.findall(r"\w+", source(self.rule).read_text(encoding="utf-8"))
        read = {name: span for name, span in self.spans.items() if name.partition(".")[2] in names}
        return cases(read, self.plain)

    def reads(self, field: str) -> bool:
        """Say whether the rule may read a field of that name."""
        return self.names is None or field in self.names

    def ask(self, case: Case, rule: Rule[..., Any] | None = None) -> Answer:
        """Ask the rule, or a copy of it, in Python."""
        return self.stand_ins.ask(rule or self.rule, case)

    @cached_property
    def stand_ins(self) -> StandIns:
        """What the rule is asked with."""
        return StandIns(self.rule.parameters)

    @property
    def compiled(self) -> bool:
        """Whether the compiled engine compiles rules of its kind; others are asked seldom, in Python."""
        return self.kind in COMPILED

    @cached_property
    def machine(self) -> Machine:
        """The rule, compiled."""
        return Machine(self.rule, self.spans, self.traits.returns is Rates)

    @property
    def traits(self) -> Traits:
        """What is particular to rules of its kind."""
        return TRAITS[self.kind]

    def fresh(self) -> Rule[..., Any]:
        """Return a copy of the rule that nobody has asked yet."""
        return fresh(self.rule)

    @cached_property
    def uncopied(self) -> RuleError | None:
        """Why there is no such copy, or nothing."""
        try:
            self.fresh()
        except RuleError as error:
            return error
        return None

    def told(self, case: Case) -> str:
        """Say what is not plain in a case."""
        return told(case, self.plain)


ARGUMENTS = ("agent", "unit", "country", "p")


def form(rule: Rule[..., Any], kind: Kind | None) -> Finding:
    """Take four arguments, declare the parameters, and say what is returned."""
    signature = inspect.signature(rule.function)
    if tuple(signature.parameters)[:4] != ARGUMENTS or not _takes_four(signature):
        return failed(
            f"it takes ({', '.join(signature.parameters)}); a rule takes ({', '.join(ARGUMENTS)})"
        )
    try:
        fields = rule.parameters._fields
        returned = _returned(rule)
    except RuleError as error:
        return failed(str(error))
    if kind is None and returned not in (Rates, float, Stance, None):
        return failed(
            "it must be annotated to return Rates, or a float, a probability, or a Stance"
        )
    if kind is not None and returned not in (None, TRAITS[kind].returns):
        return failed(f"a rule of kind {kind} must return {said(TRAITS[kind].returns)}")
    return passed(
        f"it takes ({', '.join(ARGUMENTS)}); p is {rule.parameters.__name__}, with {_counted(fields)}"
    )


def _counted(fields: Sequence[str]) -> str:
    return f"{len(fields)} parameter{'' if len(fields) == 1 else 's'}"


def kind_of(rule: Rule[..., Any]) -> Kind:
    """Return whose rule it is, as far as what it returns tells."""
    kinds: dict[Any, Kind] = {float: "follow", Stance: "stand"}
    return kinds.get(_returned(rule), "soldier")


def _returned(rule: Rule[..., Any]) -> Any:
    try:
        return get_type_hints(rule.function).get("return")
    except (NameError, AttributeError, TypeError, SyntaxError) as error:
        raise RuleError(f"an annotation cannot be understood: {error}") from error


def _takes_four(signature: inspect.Signature) -> bool:
    try:
        signature.bind(*ARGUMENTS)
    except TypeError:
        return False
    return True


def subject_of(rule: Rule[..., Any], scenario: Scenario | None, kind: Kind | None) -> Subject:
    """Return what is checked.

    Raises
    ------
    RuleError
        Where a parameter has no value.
    """
    sections = scenario.behaviour.sections if scenario else {}
    own = {
        who: sections[who]
        for who in KINDS
        if who in sections and _same(sections[who].code.thing, rule)
    }
    whose = kind or next(iter(own), None) or kind_of(rule)
    if whose in own:  # the scenario's copy of it, which is then compiled once for both
        decision, numbers = own[whose].decision, own[whose].parameters
    else:
        numbers = _defaults(rule)
        decision = Decision(rule, rule.declared.values(numbers))
    return Subject(whose, decision, spans(whose, scenario, numbers, rule.declares), scenario)


def scenario_of(
    rule: Rule[..., Any], given: str | Path | Scenario | None, allow_code: bool
) -> Scenario | None:
    """Return the scenario that was given, or the one beside the rule's file, or none."""
    if isinstance(given, Scenario):
        return given
    if given is not None:
        return load(given, allow_code=allow_code)
    beside = source(rule).with_suffix(".yaml")
    return (
        load(beside, allow_code=True) if beside.is_file() else None
    )  # whose folder's code somebody has asked for


def _same(one: Any, two: Rule[..., Any]) -> bool:
    """Say whether two rules are one, however they were imported."""
    return isinstance(one, Rule) and _place(one) == _place(two)


def _place(rule: Rule[..., Any]) -> tuple[Path, str]:
    return source(rule).resolve(), rule.function.__qualname__


def _defaults(rule: Rule[..., Any]) -> dict[str, Number]:
    defaults = rule.parameters._field_defaults
    missing = [name for name in rule.parameters._fields if name not in defaults]
    if missing:
        raise RuleError(
            f"rule {rule.name}: {', '.join(missing)} of {rule.parameters.__name__} has no default; give it one, or "
            "name with --scenario a scenario that gives it"
        )
    return {name: Number(value=value) for name, value in defaults.items()}
