"""Rules as compiled functions, by Numba."""

import dis
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

import numba
from numba.cloudpickle import register_pickle_by_value
from numba.core.errors import NumbaError
from numba.core.registry import CPUDispatcher
from numba.extending import overload, typeof_impl

from defectsim.core import functions
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.model.rule import Rates, Rule
from defectsim.rules.faults import EXPECTED, FIELDS, lacking, unknown_names
from defectsim.rules.fingerprint import trace
from defectsim.rules.intrinsics import exponent_of, ldexp, whole_of
from defectsim.rules.text import divides_safely


def _maker(kind: type[Any]) -> Any:
    """Return what makes a NamedTuple in compiled rules.

    Numba knows no defaults, and keeps whole numbers apart from others.
    """
    defaults = getattr(kind, "_field_defaults", {})
    fields = [f"{name}={defaults[name]!r}" if name in defaults else name for name in kind._fields]
    numbers = ", ".join(f"1.0 * {name}" for name in kind._fields)
    return numba.njit(eval(f"lambda {', '.join(fields)}: kind({numbers})", {"kind": kind}))


_rates = _maker(Rates)


class CompiledFunction(CPUDispatcher):
    """A function for Python to call; others that are compiled call its `inner` version.

    That one lacks the wrappers by which Python and C call it, which would take two fifths of the
    time to compile, and most functions are only called by others.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        options = {"nopython": True, "nogil": True, "no_cfunc_wrapper": True, **options}
        super().__init__(function, targetoptions=options)
        self.inner = CPUDispatcher(function, targetoptions={**options, "no_cpython_wrapper": True})

    def compile(self, sig: Any) -> Any:
        """Compile for types of arguments; what Numba's own code stumbles over is an error of Numba."""
        try:
            return super().compile(sig)
        except (NumbaError, RuleError, KeyError):
            raise
        except Exception as error:  # Numba may raise anything of code that it does not foresee
            raise NumbaError(f"{type(error).__name__} in Numba: {error}") from error

    @property
    def _numba_type_(self) -> Any:
        return self.inner._numba_type_


def _with_stands(function: Any, stands: Mapping[Any, Any]) -> FunctionType:
    return functions.with_globals(function, partial(functions.replaced, stands=stands), {})


_BITS = {
    functions.whole_of: whole_of,
    functions.exponent_of: exponent_of,
    math.ldexp: ldexp,
}
"""Operations on bits that stand for those of Python."""
FIXED = {
    of_math: CompiledFunction(
        _with_stands(fixed, _BITS), _nrt=False, error_model="numpy", forceinline=True
    )
    for of_math, fixed in functions.FIXED.items()
}
FIXED |= {fixed: FIXED[of_math] for of_math, fixed in functions.FIXED.items()}
"""The compiled function that stands for each of math's, and for that of `core.functions`."""


def with_fixed(function: Callable[..., Any], *made: type[Any]) -> FunctionType:
    """Copy a function for Numba, with compiled functions for those of math, `Rates`, and what is made."""
    return _with_stands(function, FIXED | {Rates: _rates} | {kind: _maker(kind) for kind in made})


def compiled(rule: Rule[..., Any]) -> CompiledFunction:
    """Compile a rule; division by zero raises, as in Python.

    Raises
    ------
    RuleError
        Where it uses a name that nothing defines.
    UncompilableError
        Where it writes an attribute: compiled, it would change columns that others read; and where
        it may read a variable before it has a value, which raises in Python alone.
    """
    for where, owner, name, writes in _attributes([rule]):
        if writes:
            raise UncompilableError(
                f"{where} cannot be compiled: it writes {owner}.{name}\n{ADVICE}"
            )
    for where, name in _unassigned(rule):
        raise UncompilableError(
            f"{where} cannot be compiled: {name} may have no value there; give it one before\n"
            f"{ADVICE}"
        )
    return _compiled(rule, trace(rule).fingerprint)


@cache
def _compiled(rule: Rule[..., Any], _: str) -> CompiledFunction:
    """Compile a rule once for each fingerprint, since its globals are frozen into it."""
    if unknown := [*unknown_names(rule)]:
        raise RuleError("\n".join(unknown))
    for name in [name for name in sys.modules if name.endswith(".py")]:
        register_pickle_by_value(sys.modules[name])  # no import can name it
    errors = "numpy" if divides_safely(rule.function) else "python"
    returned = {rule.returns} - {Rates} if hasattr(rule.returns, "_fields") else set()
    return CompiledFunction(
        with_fixed(rule.function, *returned), _nrt=True, error_model=errors, forceinline=True
    )


def as_rates(rule: Any, result: Any) -> Any:
    """Return the result of a compiled rule; one that is no `Rates` does not compile."""


def as_probability(rule: Any, result: Any) -> Any:
    """Return the result of a compiled rule; one that is no number does not compile."""


def as_state(rule: Any, result: Any) -> Any:
    """Return the result of a compiled rule; one that is no tuple of numbers does not compile."""


def misfit(result: Any, returns: Any) -> str | None:
    """Return what a result of a type of Numba is, if engines cannot use it as what a rule returns."""
    if isinstance(result, numba.types.Optional | numba.types.NoneType):
        return "it may return nothing"
    several = isinstance(result, numba.types.BaseTuple)
    numbers = [*result] if several else [result]
    fits = (
        several == (returns is not float)
        and len(numbers) == (len(Rates._fields) if returns is Rates else len(numbers))
        and all(isinstance(one, numba.types.Number | numba.types.Boolean) for one in numbers)
    )
    return None if fits else f"it returns a {result}"


def uncompilable(function: Any, why: str) -> UncompilableError:
    """Return the error of a rule's function that only the reference engine can run."""
    code = function.__code__
    where = f"{code.co_filename}:{code.co_firstlineno}"
    name = f"{function.__module__}:{function.__qualname__}"
    return UncompilableError(f"{where}: rule {name} cannot be compiled: {why}\n{ADVICE}")


def _typed(returns: Any) -> Callable[[Any, Any], Any]:
    """Return the compiled version of a function that checks a result."""

    def typed(rule, result):  # type: ignore[no-untyped-def]  # Numba compares signatures
        if wrong := misfit(result, returns):
            raise uncompilable(rule.dispatcher.py_func, f"{wrong}, not {EXPECTED[returns]}")
        return lambda rule, result: result  # noqa: ARG005  # as above

    return typed


_INLINED: Any = {"_nrt": False, "forceinline": True}
overload(as_rates, jit_options=_INLINED)(_typed(Rates))
overload(as_probability, jit_options=_INLINED)(_typed(float))
overload(as_state, jit_options=_INLINED)(_typed(tuple))


@typeof_impl.register(Rule)
def _type_of_rule(rule: Rule[..., Any], context: Any) -> Any:
    """Give a rule that another rule calls the type of its dispatcher."""
    return typeof_impl(compiled(rule), context)


def refusal(rules: Sequence[Rule[..., Any]], error: NumbaError | KeyError) -> Exception:
    """Return the error for rules that Numba cannot compile, with the place and what to do.

    Parameters
    ----------
    error
        Error of Numba; a KeyError has the name of a field that a record lacks.

    Returns
    -------
    Exception
        An `UncompilableError` if the reference engine can run the rule.
    """
    if isinstance(error, KeyError):
        found = (one for one in _attributes(rules) if one.name == error.args[0])
        lacked = ((one.where, lacking(one.owner, one.name, FIELDS)) for one in found)
        return next((RuleError(f"{where} {words}") for where, words in lacked), error)
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    where = _guilty(rules, text) or f"rules {', '.join(rule.name for rule in rules)}"
    if unknown := re.search(rf"Unknown attribute '(\w+)' of type ({'|'.join(_OWNERS)})\b", text):
        return RuleError(f"{where} {lacking(_OWNERS[unknown[2]], unknown[1], FIELDS)}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reasons = [line for line in lines if not line.startswith("Failed in nopython mode")] or lines
    asked = next((line.removeprefix(">>>") for line in lines if line.startswith(">>> ")), "")
    why = reasons[0] + (asked if reasons[0].endswith("for signature:") else "")
    return UncompilableError(f"{where} cannot be compiled: {why}\n{ADVICE}")


class _Access(NamedTuple):
    where: str
    owner: str
    name: str
    writes: bool


def _unassigned(rule: Rule[..., Any]) -> Iterator[tuple[str, str]]:
    """Yield where a rule reads a variable that may have no value yet, and its name."""
    for code in functions.codes(rule.function.__code__):
        for one in dis.get_instructions(code):
            if one.opname == "LOAD_FAST_CHECK":
                line = one.positions and one.positions.lineno
                yield f"{code.co_filename}:{line}: rule {rule.name}", str(one.argval)


def _attributes(rules: Sequence[Rule[..., Any]]) -> Iterator[_Access]:
    """Yield each access of rules, and of functions that they call, to attributes of variables."""
    for rule in rules:
        for function in trace(rule).functions:
            file = function.__code__.co_filename
            for owner, one in pairwise(dis.get_instructions(function)):
                if one.opname in ("LOAD_ATTR", "STORE_ATTR") and owner.opname.startswith("LOAD_"):
                    where = f"{file}:{one.positions and one.positions.lineno}: rule {rule.name}"
                    writes = one.opname == "STORE_ATTR"
                    yield _Access(where, str(owner.argval), one.argval, writes)


def _guilty(rules: Sequence[Rule[..., Any]], text: str) -> str | None:
    """Return the first line in a rule, or in a function that it calls, of Numba's message."""
    places = re.findall(r'File "(.+?)", line (\d+)', text)
    for rule in rules:
        for function in trace(rule).functions:
            source = Path(function.__code__.co_filename)
            lines = {line for *_, line in function.__code__.co_lines()}
            for name, line in places:
                if Path(name).name == source.name and int(line) in lines:
                    return f"{source}:{line}: rule {rule.name}"
    return None


_OWNERS = {"Person": "agent", "Unit": "unit", "Country": "country", "Parameters": "p"}
"""Arguments of rules by the names of their types in compiled code."""
ADVICE = (
    "Use numbers, the fields of agent, unit, country and p, functions of math, and other "
    "functions marked @rule; or run it uncompiled with --engine reference."
)
