"""Whether it looks like a rule."""

import inspect
from collections.abc import Sequence
from typing import Any, get_type_hints

from defectsim.behaviour.rule import Rates, Rule, Stance
from defectsim.contract.finding import Finding, failed, passed
from defectsim.contract.kinds import TRAITS, Kind, said
from defectsim.core.errors import RuleError

ARGUMENTS = ("agent", "unit", "country", "p")


def form(rule: Rule[..., Any], kind: Kind | None) -> Finding:
    """Take four arguments, declare the parameters, and say what is returned."""
    signature = inspect.signature(rule.function)
    if tuple(signature.parameters)[:4] != ARGUMENTS or not _takes_four(signature):
        return failed(f"it takes ({', '.join(signature.parameters)}); a rule takes ({', '.join(ARGUMENTS)})")
    try:
        fields = rule.parameters._fields
        returned = _returned(rule)
    except RuleError as error:
        return failed(str(error))
    if kind is None and returned not in (Rates, float, Stance, None):
        return failed("it must be annotated to return Rates, or a float, a probability, or a Stance")
    if kind is not None and returned not in (None, TRAITS[kind].returns):
        return failed(f"a rule of kind {kind} must return {said(TRAITS[kind].returns)}")
    return passed(f"it takes ({', '.join(ARGUMENTS)}); p is {rule.parameters.__name__}, with {_counted(fields)}")


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
