"""Asking a rule: in Python with arguments that guard access, in a fresh module, and compiled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import numba
import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.contract.fields import INTEGERS, Case, part
from defectsim.core.errors import RuleError
from defectsim.engine.compiled.state import record_type
from defectsim.model.rule import Rates, Rule, Stance, Unit
from defectsim.model.transitions import Rank, Service, Status
from defectsim.rules.bindings import ARGUMENTS
from defectsim.rules.compile import compiled, refusal


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


class GuardedArguments:
    """Arguments of a rule with a class of parameters, which refuse access to anything else."""

    def __init__(self, parameters: type[Any]) -> None:
        bases: tuple[type[Any], ...] = (SimpleNamespace, Unit, SimpleNamespace, parameters)
        self._types = {
            owner: type(owner, (_Guarded, base), {})
            for owner, base in zip(ARGUMENTS, bases, strict=True)
        }

    def of(self, case: Case) -> list[Any]:
        """Return the arguments in a case."""
        coded: dict[str, Any] = dict(case)
        for name in INTEGERS:
            if (field := f"agent.{name}") in case:
                coded[field] = _CODES.get(name, int)(int(case[field]))
        return [kind(**part(coded, owner)) for owner, kind in self._types.items()]


def answer(function: Callable[..., Any], arguments: Iterable[Any]) -> Answer:
    """Call a rule; access to what it must not read or write is an error too."""
    try:
        return Answer(function(*arguments))
    except (Exception, TrespassError) as error:  # anything that a rule may raise
        return Answer(error=error)


def _loop(total: Callable[[Any], Any]) -> Any:
    """Return a function that calls a compiled rule in each of some cases."""

    @numba.njit
    def call_all(rule, agents, units, countries, p, totals):  # type: ignore[no-untyped-def]
        for place in range(len(agents)):
            seen = units[place]
            unit = Unit(
                seen.deserted,
                seen.defected,
                seen.commander_deserted,
                seen.commander_defected,
                seen.shirking,
            )
            totals[place] = total(rule(agents[place], unit, countries[place], p))

    return call_all


_LOOPS = {Rates: _loop(sum), float: _loop(float)}


class CompiledRule:
    """A rule as the compiled engine calls it, with records.

    Parameters
    ----------
    default
        A case, which has all fields of its arguments.
    returns
        `Rates` or `float`.
    """

    def __init__(self, rule: Rule[..., Any], default: Case, returns: Any) -> None:
        self.rule, self.default, self._loop = rule, default, _LOOPS[returns]
        self._types = {owner: record_type(*part(default, owner)) for owner in ARGUMENTS}
        agent = self._types["agent"].names or ()
        whole = [(name, np.int64 if name in INTEGERS else np.float64) for name in agent]
        self._types["agent"] = np.dtype(whole, align=True)

    @cached_property
    def refused(self) -> Exception | None:
        """Reason why the rule cannot be compiled, if there is one."""
        try:
            self.repeat(0)()
        except (NumbaError, KeyError) as error:
            return refusal([self.rule], error)
        except RuleError as error:
            return error
        return None

    def ask(self, case: Case) -> Answer:
        """Call the compiled rule."""
        agent, unit, country, p = (self._records(case, owner, 1)[0] for owner in ARGUMENTS)
        return answer(self._compiled, (agent, Unit(*unit), country, p))

    def repeat(self, times: int) -> Callable[[], None]:
        """Return a compiled function that calls the rule many times in the default case."""
        repeated = (self._records(self.default, owner, times) for owner in ARGUMENTS[:3])
        p = self._records(self.default, "p", 1)[0]
        return partial(self._loop, self._compiled, *repeated, p, np.empty(times))

    @cached_property
    def _compiled(self) -> Any:
        return compiled(self.rule)

    def _records(self, case: Case, owner: str, count: int) -> NDArray[np.void]:
        record = tuple(case[f"{owner}.{name}"] for name in self._types[owner].names or ())
        return np.array([record] * count, self._types[owner])


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
