"""Asking a rule apart from everything else: in a fresh module, with arguments that guard access."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from defectsim.contract.fields import INTEGERS, Case, part
from defectsim.core.errors import RuleError
from defectsim.model.rule import Rates, Rule, Stance, Unit
from defectsim.model.transitions import Rank, Service, Status


@dataclass(frozen=True)
class Answer:
    """The value that a call returned, or the error that it raised."""

    value: Any = None
    error: BaseException | None = None

    @property
    def bits(self) -> tuple[str, ...]:
        """Key that two answers share if they are the same to the last bit."""
        if self.error is not None:
            return ("raises", type(self.error).__name__)
        numbers = self.value if isinstance(self.value, tuple) else (self.value,)
        try:
            return tuple(float(number).hex() for number in numbers)
        except (TypeError, ValueError):
            return (repr(self.value),)

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        if isinstance(self.value, Rates | Stance):
            numbers = (f"{name}={number}" for name, number in self.value._asdict().items())
            return f"{type(self.value).__name__}({', '.join(numbers)})"
        return str(self.value) if isinstance(self.value, float) else repr(self.value)


class TrespassError(BaseException):
    """A field that a rule must not read, or write; rules that catch errors do not catch it."""

    def __init__(self, owner: str, name: str, writes: bool) -> None:
        self.owner, self.name, self.writes = owner, name, writes
        super().__init__(f"{'writes' if writes else 'reads'} {owner}.{name}")


class _Guarded:
    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise TrespassError(type(self).__name__, name, writes=False)

    def __setattr__(self, name: str, value: object) -> None:
        raise TrespassError(type(self).__name__, name, writes=True)


_CODES = {"rank": Rank, "service": Service, "status": Status}
_INTEGERS = {f"agent.{name}": _CODES.get(name, int) for name in INTEGERS}


class GuardedArguments:
    """Arguments of a rule with a class of parameters, which refuse access to anything else."""

    def __init__(self, parameters: type[Any]) -> None:
        bases = {
            "agent": SimpleNamespace,
            "unit": Unit,
            "country": SimpleNamespace,
            "p": parameters,
        }
        self._types = {owner: type(owner, (_Guarded, base), {}) for owner, base in bases.items()}

    def ask(self, rule: Rule[..., Any], case: Case) -> Answer:
        """Call a rule; access to what it must not read or write is an error too."""
        coded: dict[str, Any] = dict(case)
        for name in _INTEGERS.keys() & case.keys():
            coded[name] = _INTEGERS[name](int(case[name]))
        arguments = [kind(**part(coded, owner)) for owner, kind in self._types.items()]
        try:
            return Answer(rule(*arguments))
        except (Exception, TrespassError) as error:  # anything that a rule may raise
            return Answer(error=error)


def source(rule: Rule[..., Any]) -> Path:
    """Return the file of a rule."""
    return Path(rule.function.__code__.co_filename)


def fresh_module(rule: Rule[..., Any]) -> Rule[..., Any]:
    """Return the rule from a new module of the same file; what the file imports is shared.

    Raises
    ------
    RuleError
        When the rule is not at the top level of a file.
    """
    path, names = source(rule), rule.function.__globals__
    name = next((name for name, value in names.items() if value is rule), None)
    if name is None or not path.is_file():
        raise RuleError(
            f"rule {rule.name} does not stand at the top level of a file, so it cannot be run "
            "in a fresh module"
        )
    own_name = rule.function.__module__
    module = ModuleType("fresh" if own_name == "__main__" else own_name)  # not a program again
    module.__dict__.update(__file__=str(path), __package__=names.get("__package__"))
    exec(_code(path, path.stat().st_mtime_ns), module.__dict__)
    found = getattr(module, name)
    assert isinstance(found, Rule)
    return found


@cache
def _code(path: Path, _: int) -> Any:
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")
