"""Bindings: the rules of a scenario and the values of their parameters."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Annotated, Any, ClassVar, NamedTuple, get_args

from pydantic import Field

from defectsim.core.choices import RuleKind
from defectsim.core.code.loading import Code, CodeName, find_code
from defectsim.core.errors import RuleError, UncompilableError, nearest
from defectsim.core.parameters import CodeSection, NoParameters, Parameters, parameters_of
from defectsim.core.section import Number, Section
from defectsim.model.rule import (
    ARGUMENTS,
    TIES,
    Country,
    Person,
    Rates,
    Rule,
    Stance,
    Unit,
    rule,
)
from defectsim.model.transitions import Rank
from defectsim.rules.fingerprint import Trace, trace
from defectsim.rules.text import transitions_given

RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
COMPILED: tuple[RuleKind, ...] = ("soldier", "general", "follow", "belief", "update")
"""Rules that the compiled engine compiles; the others are asked seldom, in Python."""


class AgentClass(NamedTuple):
    """A subclass of `Soldier` or `General` with a `step` of its own, and its parameters."""

    kind: type[Any]
    p: Any

    def hides(self, column: str) -> bool:
        """Check whether the class has an attribute of its own in a column's place."""
        return getattr(self.kind, column, None) is not getattr(agent_base(self.kind), column, None)


def agent_base(kind: type[Any]) -> type[Any] | None:
    """Return the class on which a class of agents builds: `Soldier`, `General`, or none of them.

    By a mark of theirs: to import them takes half a second, which Mesa needs.
    """
    return next((base for base in kind.__mro__ if "decides_as" in vars(base)), None)


@dataclass(frozen=True)
class Decision:
    """A rule with the values of its parameters, an instance of ``rule.parameters``.

    Attributes
    ----------
    agents
        Class of the people who decide in a step of their own; their rule is `idle`.
    """

    rule: Rule[..., Any]
    p: Any
    agents: AgentClass | None = None

    @cached_property
    def trace(self) -> Trace:
        """Parts of the rule, as they were when first asked for.

        Raises
        ------
        UncompilableError
            If they cannot be traced.
        """
        return trace(self.rule)

    @cached_property
    def ask(self) -> Callable[..., Any]:
        """The rule as Python calls it in a run; see `Rule.bound`."""
        return self.rule.bound()

    @cached_property
    def given(self) -> tuple[int, ...]:
        """Places in `Rates` of the transitions for which the rule may give a rate."""
        return transitions_given(self.rule)

    def may_read(self, name: str) -> bool:
        """Check whether the decision reads an attribute of a person, or cannot be traced."""
        return self.agents is not None or self.rule_may_read(name)

    def rule_may_read(self, name: str) -> bool:
        """Check whether the rule reads an attribute of a person, or cannot be traced."""
        try:
            return name in self.trace.names
        except UncompilableError:
            return True


@dataclass(frozen=True, eq=False)
class Decisions:
    """Rules of a scenario with their parameters; see `Behaviour`.

    An instance equals itself alone: code that rules use may have changed before another was made.
    """

    soldier: Decision
    general: Decision
    follow: Decision
    belief: Decision
    recall: Decision
    join: Decision
    commit: Decision
    stand: Decision
    update: Decision

    def of(self, who: str) -> Decision:
        """Return one decision by its key under `behaviour`."""
        decision: Decision = getattr(self, who)
        return decision

    @property
    def rules(self) -> dict[str, Rule[..., Any]]:
        """Rules by their keys."""
        return {kind: self.of(kind).rule for kind in RULE_KINDS}

    @property
    def compiled(self) -> dict[str, Rule[..., Any]]:
        """Rules that the compiled engine compiles, by their keys."""
        return {name: self.of(name).rule for name in COMPILED}

    @cached_property
    def believes(self) -> bool:
        """True if a rule by which people decide may read their belief."""
        deciders = (self.soldier, self.general, self.follow)
        return any(decision.may_read("belief") for decision in deciders)

    @cached_property
    def ties(self) -> tuple[str, ...]:
        """Shares of ties that compiled rules may read, by their names in `model.rule.TIES`."""
        asked = [self.of(kind) for kind in COMPILED]
        return tuple(name for name in TIES if any(one.rule_may_read(name) for one in asked))

    @property
    def states(self) -> tuple[str, ...]:
        """Names of people's state, as the rule `update` returns it."""
        return state_fields(self.update.rule) or ()

    def reads(self, who: str) -> frozenset[str]:
        """Return the names that a rule reads, columns among them; see `Decision.trace`."""
        return self.of(who).trace.names


def state_fields(update: Rule[..., Any]) -> tuple[str, ...] | None:
    """Return the names that a rule `update` gives values; None if it returns no NamedTuple."""
    return getattr(update.returns, "_fields", None)


def state_faults(update: Rule[..., Any], declared: Collection[str]) -> list[str]:
    """Return how the state that a rule returns differs from that which a scenario declares."""
    returned = state_fields(update) or ()
    missing, unknown = sorted({*declared} - {*returned}), sorted({*returned} - {*declared})
    faults = [f"returns no {name}: return all that people.state declares" for name in missing]
    return faults + [
        f"returns {name}, which people.state does not declare{nearest(name, declared)}"
        for name in unknown
    ]


@rule
def idle(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    """Return no rates, for people who decide in a step of their own."""
    return Rates()


class RuleSection(CodeSection):
    """One entry under `behaviour`: a rule and its parameters, or the rule alone."""

    key = "rule"
    rule: CodeName
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}
    """Values of the parameters that the rule declares; default: those that it declares."""
    agents: ClassVar[str | None] = None
    """Class on which a class of agents builds that may be given instead of a rule."""
    returns: ClassVar[Any] = float
    """Type of the rule's result."""

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters of a rule, or of a class of agents where one may be given."""
        thing: Any = code.thing
        if isinstance(thing, Rule):
            if len(signature(thing.function).parameters) != len(ARGUMENTS):
                raise RuleError(f"{code.name}: a rule must take ({', '.join(ARGUMENTS)})")
            return thing.declared
        if not isinstance(thing, type) or cls.agents is None:
            raise _unmarked(code)
        base = agent_base(thing)
        named = base is not None and base.__name__ == cls.agents
        if not named or getattr(thing, "step", None) is getattr(base, "step", None):
            raise RuleError(
                f"{code.name}: {code.name.rpartition(':')[2]} must be a subclass of "
                f"defectsim.{cls.agents} with a step of its own"
            )
        return parameters_of(thing, code.name, code.names)

    @property
    def decision(self) -> Decision:
        """The rule with its parameters."""
        thing, p = self.code.thing, self.declared(self.code).values(self.parameters)
        if isinstance(thing, Rule):
            return Decision(thing, p)
        return Decision(idle, NoParameters(), AgentClass(thing, p))


class SoldierRule(RuleSection):
    """Decisions of enlisted people, non-commissioned officers and officers."""

    rule: CodeName = "defectsim.model.soldiers:decide"
    agents: ClassVar[str | None] = "Soldier"
    returns: ClassVar[Any] = Rates


class GeneralRule(RuleSection):
    """Decisions of generals."""

    rule: CodeName = "defectsim.model.generals:decide"
    agents: ClassVar[str | None] = "General"
    returns: ClassVar[Any] = Rates


class FollowRule(RuleSection):
    """Probability of following a commander who has defected."""

    rule: CodeName = "defectsim.model.following:follow"


class BeliefRule(RuleSection):
    """Belief that the regime survives."""

    rule: CodeName = "defectsim.model.beliefs:survival"

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters of a rule that does not depend on shirking or plotting."""
        if isinstance(code.thing, Rule) and Decision(code.thing, None).may_read("status"):
            raise RuleError(f"{code.name}: a rule of belief must not read agent.status")
        return super().declared(code)


class RecallRule(RuleSection):
    """Probability that a follower comes back when a superior still loyal orders it."""

    rule: CodeName = "defectsim.model.following:come_back"


class JoinRule(RuleSection):
    """Probability of joining a plot when sounded out by a tie."""

    rule: CodeName = "defectsim.model.conspiracy:join"


class CommitRule(RuleSection):
    """Probability of going through with a plot when it strikes; the others back out."""

    rule: CodeName = "defectsim.model.conspiracy:commit"


class StandRule(RuleSection):
    """Stance of the commanders of units in an attempt, day by day."""

    rule: CodeName = "defectsim.model.conspiracy:stand"
    returns: ClassVar[Any] = Stance


class UpdateRule(RuleSection):
    """New values of people's state."""

    rule: CodeName = "defectsim.model.state:keep_nothing"
    returns: ClassVar[Any] = tuple

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return the parameters of a rule that gives people who are alike the same state."""
        if isinstance(rule := code.thing, Rule):
            for name, why in _UNLIKE.items():
                if Decision(rule, None).may_read(name):
                    raise RuleError(
                        f"{code.name}: a rule of state must not read agent.{name}: {why}"
                    )
            if state_fields(rule) is None or rule.returns in (Rates, Stance):
                raise RuleError(
                    f"{code.name}: a rule of state must be annotated to return a NamedTuple class "
                    "of its own, whose fields are the names under people.state"
                )
        return super().declared(code)


_UNLIKE = {
    "status": "people of every status have a state, and those who are alike the same one",
    "belief": "only those who serve have one; read what belief follows from instead",
}
"""Fields of agent that a rule of state must not read, since they differ among people who are alike."""


class Behaviour(Section):
    """Rules by which people decide, follow commanders, believe, plot, and change their state."""

    soldier: SoldierRule = Field(default_factory=SoldierRule)
    general: GeneralRule = Field(default_factory=GeneralRule)
    follow: FollowRule = Field(default_factory=FollowRule)
    belief: BeliefRule = Field(default_factory=BeliefRule)
    recall: RecallRule = Field(default_factory=RecallRule)
    join: JoinRule = Field(default_factory=JoinRule)
    commit: CommitRule = Field(default_factory=CommitRule)
    stand: StandRule = Field(default_factory=StandRule)
    update: UpdateRule = Field(default_factory=UpdateRule)

    @property
    def sections(self) -> dict[str, RuleSection]:
        """Entries by their keys."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def reads(self, rank: Rank, name: str, unclear: Collection[str] = ()) -> bool:
        """Check whether rules by which people of a rank decide may read a column.

        Parameters
        ----------
        unclear
            Keys of rules that are left out, since what is written there has faults.
        """
        decider = "general" if rank == Rank.GENERAL else "soldier"
        asked = [getattr(self, who) for who in (decider, "follow") if who not in unclear]
        return any(section.decision.may_read(name) for section in asked)

    @property
    def decisions(self) -> Decisions:
        """Rules with their parameters."""
        return Decisions(**{name: section.decision for name, section in self.sections.items()})


def find_rule(name: str) -> Rule[..., Any]:
    """Find a rule by its name, with files in the working folder; see `core.code.find_code`.

    Raises
    ------
    RuleError
        If there is no such rule.
    """
    found = find_code(name)
    if not isinstance(found.thing, Rule):
        raise _unmarked(found)
    return found.thing


def _unmarked(found: Code) -> RuleError:
    return RuleError(f"{found.name}: {found.name.rpartition(':')[2]} is not marked @rule")
