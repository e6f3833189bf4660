"""Who decides by which rule, and with which parameters."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from defectsim.behaviour.rule import Rule
from defectsim.core.errors import RuleError, nearest
from defectsim.core.section import Bounds, Number, Section, refuse, refuse_all

RuleName = Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", description="package.module:function")]


class RuleSection(Section):
    """One entry under `behaviour`: a rule and its parameters."""

    rule: RuleName
    parameters: Annotated[dict[str, Number], Field(validate_default=True)] = {}

    @field_validator("rule")
    @classmethod
    def _rule_exists(cls, name: str) -> str:
        try:
            find(name).declares  # noqa: B018  # the property raises where the rule declares no parameters
        except RuleError as error:
            raise refuse(str(error)) from error
        return name

    @field_validator("parameters")
    @classmethod
    def _parameters_are_declared(cls, given: dict[str, Number], info: ValidationInfo) -> dict[str, Number]:
        if "rule" not in info.data:
            return given
        rule = find(info.data["rule"])
        known = rule.parameters._fields  # type: ignore[attr-defined]  # a NamedTuple class
        faults = [((name,), f"unknown parameter{nearest(name, known)}") for name in given if name not in known]
        for name, number in given.items():
            bounds = rule.declares[name].bounds if name in rule.declares else Bounds()
            faults += [((name,), fault) for value in number.span if (fault := bounds.fault(value))]
        defaults = rule.parameters._field_defaults  # type: ignore[attr-defined]  # as above
        missing = [name for name in known if name not in given and name not in defaults]
        refuse_all([*faults, *(((name,), "this parameter has no default and must be given") for name in missing)])
        return {name: given.get(name) or Number(value=defaults[name]) for name in known}


class SoldierRule(RuleSection):
    """How enlisted people, non-commissioned officers and officers decide."""

    rule: RuleName = "defectsim.behaviour.soldiers:decide"


class GeneralRule(RuleSection):
    """How generals decide."""

    rule: RuleName = "defectsim.behaviour.generals:decide"


class FollowRule(RuleSection):
    """Who follows a commander who has defected."""

    rule: RuleName = "defectsim.behaviour.following:follow"


class Behaviour(Section):
    """Which rule is whose: soldiers', generals', and that of following a commander who has defected."""

    soldier: SoldierRule = Field(default_factory=SoldierRule)
    general: GeneralRule = Field(default_factory=GeneralRule)
    follow: FollowRule = Field(default_factory=FollowRule)


@dataclass(frozen=True)
class Decision:
    """A rule with the values of its parameters, an instance of ``rule.parameters``."""

    rule: Rule[..., Any]
    p: tuple[float, ...]


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


def find(name: str) -> Rule[..., Any]:
    """Import the rule called ``package.module:function``.

    Raises
    ------
    RuleError
        Where there is no such module or rule.
    """
    module_name, _, function = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # whatever a researcher's module does wrong when it is imported, it is theirs to mend
        raise RuleError(f"rule {name}: {module_name} cannot be imported: {type(error).__name__}: {error}") from error
    found = getattr(module, function, None)
    if not isinstance(found, Rule):
        rules = [key for key, value in vars(module).items() if isinstance(value, Rule)]
        what = "is not marked @rule" if found is not None else "is not in that module"
        raise RuleError(f"rule {name}: {function} {what}{nearest(function, rules)}")
    return found


def decision(rule: Rule[..., Any], parameters: Mapping[str, Number]) -> Decision:
    """Give a rule its parameters; those that are not named keep the defaults that the rule declares."""
    return Decision(rule, rule.parameters(**{name: float(number.value) for name, number in parameters.items()}))


def decisions(behaviour: Behaviour) -> Decisions:
    """Find the rules of a scenario and give them their parameters."""
    soldier, general, follow = (
        decision(find(entry.rule), entry.parameters)
        for entry in (behaviour.soldier, behaviour.general, behaviour.follow)
    )
    return Decisions(soldier, general, follow)
