"""The rule, compiled and asked one case after the other, as the compiled engine asks it."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import numba
import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.contract.cases import WHOLE, Case, Span, part
from defectsim.core.errors import RuleError
from defectsim.model.rule import Rates, Rule, Stance, Unit
from defectsim.model.transitions import Rank, Service, Status
from defectsim.rules.compile import compiled, refusal


@dataclass(frozen=True)
class Answer:
    """What came out of one call.

    Attributes
    ----------
    value
        What the rule returned.
    error
        What it raised instead.
    """

    value: Any = None
    error: BaseException | None = None

    @property
    def bits(self) -> tuple[str, ...]:
        """What two answers share if they are the same to the last bit."""
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
            numbers = (
                f"{transition}={number}" for transition, number in self.value._asdict().items()
            )
            return f"{type(self.value).__name__}({', '.join(numbers)})"
        return str(self.value) if isinstance(self.value, float) else repr(self.value)


_TEXT = """
def answers(cases, out):
    for place in range(len(cases)):
        x = cases[place]
        answer = rule({arguments})
        {keep}
"""
_KEEP = {
    True: f"{', '.join(f'out[place, {transition}]' for transition in range(len(Rates._fields)))} = answer",
    False: "out[place, 0] = answer",
}
_WHOLE = frozenset(f"agent.{name}" for name in WHOLE)


class Machine:
    """A rule, compiled.

    Parameters
    ----------
    spans
        All fields that there are.
    returns_rates
        Whether it returns `Rates`, and not a probability.
    """

    def __init__(
        self, rule: Rule[..., Any], spans: Mapping[str, Span], returns_rates: bool
    ) -> None:
        self.rule, self.fields, self.returns_rates = rule, tuple(spans), returns_rates
        self.plain: Case = {name: span.plain for name, span in spans.items()}

    @cached_property
    def refused(self) -> RuleError | None:
        """Why the rule cannot be compiled, or nothing."""
        try:
            self._answers(np.empty((0, len(self.fields))), np.empty((0, len(Rates._fields))))
        except NumbaError as error:
            return refusal([self.rule], error)
        except RuleError as error:
            return error
        return None

    def ask(self, case: Case) -> Answer:
        """Ask the compiled rule."""
        out = np.empty((1, len(Rates._fields)))
        try:
            self._answers(self.rows([case]), out)
        except Exception as error:  # whatever a researcher's rule does wrong is compared with what it does in Python
            return Answer(error=error)
        return Answer(Rates(*out[0].tolist()) if self.returns_rates else out.item(0))

    def ask_all(self, rows: NDArray[np.float64]) -> None:
        """Ask the compiled rule about many cases, and forget the answers."""
        self._answers(rows, np.empty((len(rows), len(Rates._fields))))

    def rows(self, cases: Sequence[Case]) -> NDArray[np.float64]:
        """Return cases as an array of shape (cases, fields)."""
        return np.array([[case[name] for name in self.fields] for case in cases], np.float64)

    @cached_property
    def _answers(self) -> Any:
        names: dict[str, Any] = {"rule": compiled(self.rule)}
        calls = []
        for who in ("agent", "unit", "country", "p"):
            names[who] = namedtuple(who, part(dict.fromkeys(self.fields, 0.0), who))
            calls.append(
                f"{who}({', '.join(self._taken(name) for name in self.fields if name.startswith(f'{who}.'))})"
            )
        exec(_TEXT.format(arguments=", ".join(calls), keep=_KEEP[self.returns_rates]), names)
        return numba.njit(error_model="python")(names["answers"])

    def _taken(self, name: str) -> str:
        value = f"x[{self.fields.index(name)}]"
        return f"int({value})" if name in _WHOLE else value


def source(rule: Rule[..., Any]) -> Path:
    """Return the file that a rule stands in."""
    return Path(rule.function.__code__.co_filename)


def fresh(rule: Rule[..., Any]) -> Rule[..., Any]:
    """Return the rule from a new module made of the same file; what the file imports is shared.

    Raises
    ------
    RuleError
        Where the rule does not stand in a file, at its top level.
    """
    path, around = source(rule), rule.function.__globals__
    name = next((name for name, value in around.items() if value is rule), None)
    if name is None or not path.is_file():
        raise RuleError(
            f"rule {rule.name} does not stand at the top level of a file, so it cannot be run afresh"
        )
    module = ModuleType(_name(rule.function.__module__))
    module.__dict__.update(__file__=str(path), __package__=around.get("__package__"))
    exec(_code(path, path.stat().st_mtime_ns), module.__dict__)
    found = getattr(module, name)
    assert isinstance(found, Rule)
    return found


@cache
def _code(path: Path, _: int) -> Any:
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")


def _name(module: str) -> str:
    """Return the module's own name, unless a file run again under it would take itself for a program."""
    return "again" if module == "__main__" else module


_CODES = {"rank": Rank, "service": Service, "status": Status}
_WHOLE_NUMBERS = {f"agent.{name}": _CODES.get(name, int) for name in WHOLE}


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
        bases = {
            "agent": SimpleNamespace,
            "unit": Unit,
            "country": SimpleNamespace,
            "p": parameters,
        }
        self._kinds = {who: type(who, (_Strict, base), {}) for who, base in bases.items()}

    def arguments(self, case: Case) -> tuple[Any, ...]:
        """Return agent, unit, country and p of a case."""
        coded = {
            **case,
            **{
                name: kind(int(case[name])) for name, kind in _WHOLE_NUMBERS.items() if name in case
            },
        }
        return tuple(kind(**part(coded, who)) for who, kind in self._kinds.items())

    def ask(self, rule: Rule[..., Any], case: Case) -> Answer:
        """Ask a rule; what it must not read, or write, is an error too."""
        arguments = self.arguments(case)
        try:
            return Answer(rule(*arguments))
        except (
            Exception,
            TrespassError,
        ) as error:  # whatever a researcher's rule does wrong is what is looked for
            return Answer(error=error)
