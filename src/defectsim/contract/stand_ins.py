"""Strict stand-ins for agent, unit, country and p: they have the declared fields, and tell whoever wants more."""

from types import SimpleNamespace
from typing import Any, NoReturn

from defectsim.behaviour.rule import Rule, Unit
from defectsim.contract.answer import Answer
from defectsim.contract.case import Case, part
from defectsim.contract.spans import WHOLE
from defectsim.core.statuses import Rank, Service, Status

_CODES = {"rank": Rank, "service": Service, "status": Status}
_WHOLE = {f"agent.{name}": _CODES.get(name, int) for name in WHOLE}


class TrespassError(BaseException):
    """A rule that reads what it must not, or writes; no rule that catches errors catches this one."""

    def __init__(self, who: str, name: str, writes: bool) -> None:
        self.who, self.name, self.writes = who, name, writes
        super().__init__(f"{'writes' if writes else 'reads'} {who}.{name}")


class _Strict:
    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise TrespassError(type(self).__name__, name, writes=False)

    def __setattr__(self, name: str, value: object) -> None:
        raise TrespassError(type(self).__name__, name, writes=True)


class StandIns:
    """What rules are asked with.

    Parameters
    ----------
    parameters
        The class of the rule's parameters.
    """

    def __init__(self, parameters: type[Any]) -> None:
        bases = {"agent": SimpleNamespace, "unit": Unit, "country": SimpleNamespace, "p": parameters}
        self._kinds = {who: type(who, (_Strict, base), {}) for who, base in bases.items()}

    def arguments(self, case: Case) -> tuple[Any, ...]:
        """Return agent, unit, country and p of a case."""
        coded = {**case, **{name: kind(int(case[name])) for name, kind in _WHOLE.items() if name in case}}
        return tuple(kind(**part(coded, who)) for who, kind in self._kinds.items())

    def ask(self, rule: Rule[..., Any], case: Case) -> Answer:
        """Ask a rule; what it must not read, or write, is an error too."""
        arguments = self.arguments(case)
        try:
            return Answer(rule(*arguments))
        except (Exception, TrespassError) as error:  # whatever a researcher's rule does wrong is what is looked for
            return Answer(error=error)
