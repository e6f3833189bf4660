"""Who decides by which rule, and with which parameters."""

from dataclasses import dataclass, fields
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from defectsim.core import code
from defectsim.core.code import Code, CodeName
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.core.parameters import CodeSection, NoParameters, Parameters, parameters_of
from defectsim.core.section import Number, Section
from defectsim.model.rule import Country, Person, Rates, Rule, Unit, rule
from defectsim.model.transitions import Rank
from defectsim.rules.fingerprint import Trace, trace

COMPILED = ("soldier", "general", "follow", "belief")
_TAKES = ("agent", "unit", "country", "p")


class Agents(NamedTuple):
    """People who decide in a `step` of their own: a subclass of `Soldier` or `General`, and its parameters."""

    kind: type[Any]
    p: Any

    def hides(self, column: str) -> bool:
        """Say whether the class has something of its own by the name of a column, which agents then never read."""
        from defectsim.population.agents import PersonAgent

        return getattr(self.kind, column, None) is not getattr(PersonAgent, column, None)


@dataclass(frozen=True)
class Decision:
    """A rule with the values of its parameters, an instance of ``rule.parameters``.

    Where people decide in a step of their own, `agents` says how, and the rule is `idle`.
    """

    rule: Rule[..., Any]
    p: Any
    agents: Agents | None = None

    @cached_property
    def trace(self) -> Trace:
        """What the rule is made of, as it was when somebody first asked.

        Raises
        ------
        UncompilableError
            Where that cannot be told.
        """
        return trace(self.rule)


@dataclass(frozen=True, eq=False)
class Decisions:
    """The rules of a scenario; see `Behaviour`.

    They are equal to themselves alone: what rules use may have changed when others are made.
    """

    soldier: Decision
    general: Decision
    follow: Decision
    belief: Decision
    recall: Decision
    join: Decision
    commit: Decision
    stand: Decision

    def of(self, who: str) -> Decision:
        """Return one of them, by whose it is."""
        decision: Decision = getattr(self, who)
        return decision

    @property
    def rules(self) -> dict[str, Rule[..., Any]]:
        """The rules, by whose they are."""
        return {part.name: getattr(self, part.name).rule for part in fields(self)}

    @cached_property
    def believes(self) -> bool:
        """Whether a rule by which people decide reads their belief, or may."""
        return any(
            _may_read(decision, "belief") for decision in (self.soldier, self.general, self.follow)
        )

    def reads(self, who: str) -> frozenset[str]:
        """Return the names that one of the rules reads, columns among them.

        Raises
        ------
        UncompilableError
            Where that cannot be told.
        """
        return self.of(who).trace.names

    @property
    def compiled(self) -> dict[str, Rule[..., Any]]:
        """The rules that the compiled engine compiles; the others are asked seldom, and as they are."""
        return {name: self.rules[name] for name in COMPILED}


@rule
def idle(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    """Return no rates: of those who decide in a step of their own."""
    return Rates()


class RuleSection(CodeSection):
    """One entry under `behaviour`: a rule and its parameters, or the rule alone."""

    key = "rule"
    rule: CodeName
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}
    """Values of the parameters that the rule declares; the others keep the defaults that it declares."""
    agents: ClassVar[str | None] = None
    """Name of the class of agents that may stand here instead of a rule."""

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return what a rule declares, or a class of agents where one may stand."""
        return _parameters(code, cls.agents)

    @property
    def decision(self) -> Decision:
        """The rule with its parameters."""
        thing, p = self.code.thing, self.declared(self.code).values(self.parameters)
        return (
            Decision(thing, p)
            if isinstance(thing, Rule)
            else Decision(idle, NoParameters(), Agents(thing, p))
        )


class SoldierRule(RuleSection):
    """How enlisted people, non-commissioned officers and officers decide."""

    rule: CodeName = "defectsim.model.soldiers:decide"
    agents: ClassVar[str | None] = "Soldier"


class GeneralRule(RuleSection):
    """How generals decide."""

    rule: CodeName = "defectsim.model.generals:decide"
    agents: ClassVar[str | None] = "General"


class FollowRule(RuleSection):
    """Who follows a commander who has defected."""

    rule: CodeName = "defectsim.model.following:follow"


class BeliefRule(RuleSection):
    """What people believe of the regime's survival."""

    rule: CodeName = "defectsim.model.beliefs:survival"

    @classmethod
    def declared(cls, code: Code) -> Parameters:
        """Return what a rule of belief declares; one person's belief does not depend on whether they shirk or plot."""
        if isinstance(code.thing, Rule) and _may_read(Decision(code.thing, None), "status"):
            raise RuleError(f"{code.name}: a rule of belief must not read agent.status")
        return super().declared(code)


class RecallRule(RuleSection):
    """Who comes back, having followed a commander, when a superior still loyal orders it."""

    rule: CodeName = "defectsim.model.following:come_back"


class JoinRule(RuleSection):
    """Who joins a plot when somebody tied to them sounds them out."""

    rule: CodeName = "defectsim.model.conspiracy:join"


class CommitRule(RuleSection):
    """Who goes through with a plot when it strikes; the others back out."""

    rule: CodeName = "defectsim.model.conspiracy:commit"


class StandRule(RuleSection):
    """Where the commanders of units stand in an attempt, day by day."""

    rule: CodeName = "defectsim.model.conspiracy:stand"


class Behaviour(Section):
    """Which rule is whose: how people decide, whom they follow, what they believe, how they plot."""

    soldier: SoldierRule = Field(default_factory=SoldierRule)
    general: GeneralRule = Field(default_factory=GeneralRule)
    follow: FollowRule = Field(default_factory=FollowRule)
    belief: BeliefRule = Field(default_factory=BeliefRule)
    recall: RecallRule = Field(default_factory=RecallRule)
    join: JoinRule = Field(default_factory=JoinRule)
    commit: CommitRule = Field(default_factory=CommitRule)
    stand: StandRule = Field(default_factory=StandRule)

    @property
    def sections(self) -> dict[str, RuleSection]:
        """The entries, by whose they are."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def reads(self, rank: Rank, name: str) -> bool:
        """Say whether the rules by which people of a rank decide read a column, or may."""
        decider = self.general if rank == Rank.GENERAL else self.soldier
        return any(_may_read(section.decision, name) for section in (decider, self.follow))

    @property
    def decisions(self) -> "Decisions":
        """The rules with their parameters."""
        return Decisions(**{name: section.decision for name, section in self.sections.items()})


def find(name: str, folder: Path = Path()) -> Rule[..., Any]:
    """Find the rule called `name`; see `defectsim.core.code.find_code`.

    Raises
    ------
    RuleError
        Where there is no such rule.
    """
    found = code.find_code(name, folder)
    if not isinstance(found.thing, Rule):
        raise _unmarked(found)
    return found.thing


def _unmarked(found: Code) -> RuleError:
    return RuleError(f"{found.name}: {found.name.rpartition(':')[2]} is not marked @rule")


def _may_read(decision: Decision, name: str) -> bool:
    try:
        return decision.agents is not None or name in decision.trace.names
    except UncompilableError:
        return True


def _parameters(found: Code, agents: str | None) -> Parameters:
    """Return what a rule declares, or a class of agents where one may stand."""
    thing: Any = found.thing
    name = found.name.rpartition(":")[2]
    if isinstance(thing, Rule):
        if len(signature(thing.function).parameters) != len(_TAKES):
            raise RuleError(f"{found.name}: a rule must take ({', '.join(_TAKES)})")
        return thing.declared
    if not isinstance(thing, type) or agents is None:
        raise _unmarked(found)
    from defectsim.population import agents as kinds

    base: Any = getattr(kinds, agents)
    if not issubclass(thing, base) or getattr(thing, "step", None) is base.step:
        raise RuleError(
            f"{found.name}: {name} must be a subclass of defectsim.{agents} with a step of its own"
        )
    return parameters_of(thing, found.name, found.names)
