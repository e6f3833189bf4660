"""Who decides by which rule, and with which parameters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field, GetJsonSchemaHandler, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_core import CoreSchema

from defectsim.behaviour.rule import Country, Person, Rates, Rule, Unit, rule
from defectsim.core import code
from defectsim.core.code import Code, CodeName
from defectsim.core.errors import RuleError
from defectsim.core.parameters import NoParameters, Parameters, parameters_of
from defectsim.core.section import Number, Section, refuse


class Agents(NamedTuple):
    """People who decide in a `step` of their own: a subclass of `Soldier` or `General`, and its parameters."""

    kind: type[Any]
    p: Any


@dataclass(frozen=True)
class Decision:
    """A rule with the values of its parameters, an instance of ``rule.parameters``.

    Where people decide in a step of their own, `agents` says how, and the rule is `idle`.
    """

    rule: Rule[..., Any]
    p: Any
    agents: Agents | None = None


@dataclass(frozen=True)
class Decisions:
    """The rules of a scenario; see `Behaviour`."""

    soldier: Decision
    general: Decision
    follow: Decision

    @property
    def rules(self) -> dict[str, Rule[..., Any]]:
        """The rules, by whose they are."""
        return {"soldier": self.soldier.rule, "general": self.general.rule, "follow": self.follow.rule}


@rule
def idle(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    """Return no rates: of those who decide in a step of their own."""
    return Rates()


class RuleSection(Section):
    """One entry under `behaviour`: a rule and its parameters, or the rule alone."""

    rule: CodeName
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}
    _code: Code = PrivateAttr()
    agents: ClassVar[str | None] = None
    """Name of the class of agents that may stand here instead of a rule."""

    @model_validator(mode="before")
    @classmethod
    def _accept_bare(cls, data: Any) -> Any:
        return {"rule": data} if isinstance(data, str) else data

    @field_validator("rule")
    @classmethod
    def _rule_exists(cls, name: str, info: ValidationInfo) -> str:
        try:
            _parameters(code.named(name, info), cls.agents)
        except RuleError as error:
            raise refuse(str(error)) from error
        return name

    @field_validator("parameters")
    @classmethod
    def _parameters_are_declared(cls, given: dict[str, Number], info: ValidationInfo) -> dict[str, Number]:
        if "rule" not in info.data:
            return given
        return _parameters(code.named(info.data["rule"], info), cls.agents).filled(given)

    @model_validator(mode="after")
    def _keep_code(self, info: ValidationInfo) -> "RuleSection":
        self._code = code.named(self.rule, info)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [whole["properties"]["rule"], whole]}

    @property
    def code(self) -> Code:
        """The rule itself, and the file that it stands in."""
        return self._code

    @property
    def decision(self) -> Decision:
        """The rule with its parameters."""
        thing = self.code.thing
        p = _parameters(self.code, self.agents).values(self.parameters)
        return Decision(thing, p) if isinstance(thing, Rule) else Decision(idle, NoParameters(), Agents(thing, p))


class SoldierRule(RuleSection):
    """How enlisted people, non-commissioned officers and officers decide."""

    rule: CodeName = "defectsim.behaviour.soldiers:decide"
    agents: ClassVar[str | None] = "Soldier"


class GeneralRule(RuleSection):
    """How generals decide."""

    rule: CodeName = "defectsim.behaviour.generals:decide"
    agents: ClassVar[str | None] = "General"


class FollowRule(RuleSection):
    """Who follows a commander who has defected."""

    rule: CodeName = "defectsim.behaviour.following:follow"


class Behaviour(Section):
    """Which rule is whose: soldiers', generals', and that of following a commander who has defected."""

    soldier: SoldierRule = Field(default_factory=SoldierRule)
    general: GeneralRule = Field(default_factory=GeneralRule)
    follow: FollowRule = Field(default_factory=FollowRule)

    @property
    def sections(self) -> dict[str, RuleSection]:
        """The entries, by whose they are."""
        return {"soldier": self.soldier, "general": self.general, "follow": self.follow}

    @property
    def decisions(self) -> "Decisions":
        """The rules with their parameters."""
        return Decisions(self.soldier.decision, self.general.decision, self.follow.decision)


def find(name: str, folder: Path = Path()) -> Rule[..., Any]:
    """Find the rule called `name`; see `defectsim.core.code.find`.

    Raises
    ------
    RuleError
        Where there is no such rule.
    """
    found = code.find(name, folder)
    _parameters(found, None)
    assert isinstance(found.thing, Rule)
    return found.thing


def _parameters(found: Code, agents: str | None) -> Parameters:
    """Return what a rule declares, or a class of agents where one may stand."""
    thing: Any = found.thing
    name = found.name.rpartition(":")[2]
    if isinstance(thing, Rule):
        return thing.declared
    if not isinstance(thing, type) or agents is None:
        raise RuleError(f"{found.name}: {name} is not marked @rule")
    from defectsim.population import agents as kinds

    base: Any = getattr(kinds, agents)
    if not issubclass(thing, base) or getattr(thing, "step", None) is base.step:
        raise RuleError(f"{found.name}: {name} must be a subclass of defectsim.{agents} with a step of its own")
    return parameters_of(thing, found.name)
