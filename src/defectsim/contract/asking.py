"""Asking a rule: in Python with arguments that guard access, in a fresh module, and compiled."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import numba
import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.contract.fields import INTEGERS, Case
from defectsim.core.errors import RuleError
from defectsim.engine.compiled.cache import inlined
from defectsim.engine.compiled.perception import record_type
from defectsim.model.rule import ARGUMENTS, Rates, Rule, Unit
from defectsim.population.agents import CODES
from defectsim.rules.compile import compiled, misfit, refusal, uncompilable
from defectsim.rules.faults import EXPECTED


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
        if hasattr(self.value, "_asdict"):
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


def guarded_arguments(parameters: type[Any]) -> Callable[[Case], list[Any]]:
    """Return a function from a case to arguments of a rule, which refuse access to anything else."""
    bases: tuple[type[Any], ...] = (SimpleNamespace, Unit, SimpleNamespace, parameters)
    types = [
        type(owner, (_Guarded, base), {}) for owner, base in zip(ARGUMENTS, bases, strict=True)
    ]

    def arguments(case: Case) -> list[Any]:
        agent = {
            name: CODES.get(name, int)(int(value)) if name in INTEGERS else value
            for name, value in case["agent"].items()
        }
        fields = {**case, "agent": agent}
        return [kind(**fields[kind.__name__]) for kind in types]

    return arguments


def ask(function: Callable[..., Any], *arguments: Any) -> Answer:
    """Call a rule; access to what it must not read or write is an error too."""
    try:
        return Answer(function(*arguments))
    except (Exception, SystemExit, TrespassError) as error:  # anything that a rule may raise
        return Answer(error=error)


unit_of = inlined(
    eval(f"lambda seen: Unit({', '.join(f'seen.{name}' for name in Unit._fields)})", {"Unit": Unit})
)
"""Function from a record to the argument `unit`."""


def _loop(total: Callable[[Any], Any]) -> Any:
    """Return a function that calls a compiled rule in each of some cases."""

    @numba.njit
    def call_all(rule, agents, units, countries, p, totals):  # type: ignore[no-untyped-def]  # Numba infers types
        for place in range(len(agents)):
            unit = unit_of(units[place])
            totals[place] = total(rule(agents[place], unit, countries[place], p[place]))

    return call_all


_LOOPS = {Rates: _loop(sum), float: _loop(operator.pos), tuple: _loop(sum)}


class CompiledRule:
    """A rule as the compiled engine calls it, with records.

    Parameters
    ----------
    default
        A case, which has all fields of its arguments.
    returns
        `Rates`, `float`, or `tuple` for new state.

    Attributes
    ----------
    refused
        Reason why the rule cannot be compiled, if there is one.
    """

    def __init__(self, rule: Rule[..., Any], default: Case, returns: Any) -> None:
        self.default, self._loop = default, _LOOPS[returns]
        self._types = {owner: record_type(*fields) for owner, fields in default.items()}
        agent = ((name, int if name in INTEGERS else float) for name in default["agent"])
        self._types["agent"] = np.dtype([*agent], align=True)
        self.refused: Exception | None = None
        try:
            self._compiled = compiled(rule)
            self._compiled.compile(tuple(map(numba.typeof, self._arguments(default))))
        except (NumbaError, KeyError) as error:
            self.refused = refusal([rule], error)
        except RuleError as error:
            self.refused = error
        else:
            result = self._compiled.nopython_signatures[-1].return_type
            if wrong := misfit(result, returns):
                expected = EXPECTED[returns]
                self.refused = uncompilable(rule.function, f"{wrong}, not {expected}")

    def ask(self, case: Case) -> Answer:
        """Call the compiled rule."""
        return ask(self._compiled, *self._arguments(case))

    def _arguments(self, case: Case) -> list[Any]:
        agent, unit, country, p = (records[0] for records in self._records(case, 1))
        return [agent, Unit(*unit), country, p]

    def repeat(self, times: int) -> Callable[[], None]:
        """Return a compiled function that calls the rule many times in the default case."""
        records = self._records(self.default, times)
        return partial(self._loop, self._compiled, *records, np.empty(times))

    def _records(self, case: Case, times: int) -> list[NDArray[np.void]]:
        """Return the arguments in a case, as arrays of one record many times."""
        return [
            np.array([tuple(case[owner].values())] * times, kind)
            for owner, kind in self._types.items()
        ]


class NotFreshError(Exception):
    """A rule that cannot be run in a fresh module."""


def source(rule: Rule[..., Any]) -> Path:
    """Return the file of a rule."""
    return Path(rule.function.__code__.co_filename)


def reloading(rule: Rule[..., Any]) -> Callable[[], Callable[..., Any]]:
    """Return a function that runs the rule's file again, and binds the rule of the fresh module.

    What the file imports is shared.

    Raises
    ------
    NotFreshError
        When the rule is not at the top level of a file.
    """
    path, names = source(rule), rule.function.__globals__
    name = next((name for name, value in names.items() if value is rule), None)
    if name is None or not path.is_file():
        raise NotFreshError(
            f"rule {rule.name} does not stand at the top level of a file, so it cannot be run "
            "in a fresh module"
        )
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    own_name = rule.function.__module__
    module_name = "fresh" if own_name == "__main__" else own_name  # not a program again

    def reload() -> Callable[..., Any]:
        module = ModuleType(module_name)
        module.__dict__.update(
            __file__=str(path),
            __package__=names.get("__package__"),
            __builtins__=names["__builtins__"],  # by which it imports neighbouring files
        )
        exec(code, module.__dict__)
        found: Rule[..., Any] = getattr(module, name)
        return found.bound()

    return reload
