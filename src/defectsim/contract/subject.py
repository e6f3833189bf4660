"""The rule that is checked, with all that can be asked of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from defectsim.behaviour.decisions import COMPILED, Decision
from defectsim.behaviour.rule import Rates, Rule
from defectsim.behaviour.trace import trace
from defectsim.contract.answer import Answer
from defectsim.contract.case import Case, Span, told
from defectsim.contract.copies import fresh, source
from defectsim.contract.kinds import TRAITS, Kind, Traits
from defectsim.contract.machine import Machine
from defectsim.contract.search import cases
from defectsim.contract.spans import levers
from defectsim.contract.stand_ins import StandIns
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.core.levers import Lever
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
        """Whether the column engine compiles rules of its kind; others are asked seldom, in Python."""
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
