"""Exponential and logarithm by a fixed algorithm, for all that decides an event.

Those of NumPy and of systems' own libraries differ by the last bit between processors and
releases. These are the algorithms of Sun's fdlibm (Ng 1993; errors below 1 ulp), in operations that
IEEE 754 rounds in one way. Both engines use them: `rules.compile` compiles them, without branches
and calls, so that a loop over people is computed some people at a time.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from math import frexp, ldexp
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_PER_LN2 = 1.44269504088896338700
ROUNDING = 6755399441055744.0
"""1.5 x 2**52: a number of moderate size that is added to it is rounded to a whole one."""
_MOST, _LEAST = 710.0, -746.0
"""Exponents beyond which exp() is infinite, or 0."""
ROOT_HALF = 0.7071067811865476
_TINY, _TINY_POWER = 2.2250738585072014e-308, 54
_P1, _P2, _P3 = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
_P4, _P5 = -1.65339022054652515390e-06, 4.13813679705723846039e-08
_L1, _L2, _L3 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01
_L4, _L5, _L6 = 2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01
_L7 = 1.479819860511658591e-01


def whole_of(shifted: float) -> int:
    """Return the whole number to which `ROUNDING` was added."""
    return int(shifted - ROUNDING)


def exponent_of(x: float) -> int:
    """Return k, such that x is 2**k times a number from the root of 1/2 to the root of 2."""
    part, exponent = frexp(x)
    return exponent - 1 if part < ROOT_HALF else exponent


def exp(x: float) -> float:
    """Compute e**x; infinite above 709.78, and NaN of NaN.

    x = k ln 2 + r, and exp(r) = 1 + r + r c(r) / (2 - c(r)).
    """
    bounded = float(x) if x == x else 0.0
    bounded = _LEAST if bounded < _LEAST else bounded
    bounded = _MOST if bounded > _MOST else bounded
    shifted = bounded * _PER_LN2 + ROUNDING
    whole = shifted - ROUNDING
    high, low = bounded - whole * _LN2_HIGH, whole * _LN2_LOW
    r = high - low
    square = r * r
    c = r - square * (_P1 + square * (_P2 + square * (_P3 + square * (_P4 + square * _P5))))
    of_rest = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    power = whole_of(shifted)
    half = (power + 2048) // 2 - 1024
    scaled = ldexp(of_rest, half) * ldexp(1.0, power - half)
    return scaled if x == x else x


def log(x: float) -> float:
    """Compute the natural logarithm; -infinity of 0, and NaN below and of NaN.

    x = 2**k (1 + f), and log(1 + f) = f - (f**2 / 2 - s (f**2 / 2 + R)), with s = f / (2 + f).
    """
    tiny = x < _TINY
    positive = x if 0.0 < x < math.inf else 1.0
    normal = positive * 18014398509481984.0 if tiny else float(positive)
    power = exponent_of(normal)
    f = ldexp(normal, -power) - 1.0
    k = float(power - _TINY_POWER if tiny else power)
    s, half_square = f / (2.0 + f), 0.5 * f * f
    z = s * s
    r = z * (_L1 + z * (_L2 + z * (_L3 + z * (_L4 + z * (_L5 + z * (_L6 + z * _L7))))))
    found = k * _LN2_HIGH - ((half_square - (s * (half_square + r) + k * _LN2_LOW)) - f)
    found = found if x < math.inf else math.inf
    return found if x > 0.0 else -math.inf if x == 0.0 else math.nan


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a function, and of all that is defined in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def names_in(function: FunctionType) -> frozenset[str]:
    """Return the names and texts in a function, by which it reaches all that it uses."""
    parts = list(codes(function.__code__))
    texts = {text for code in parts for text in code.co_consts if isinstance(text, str)}
    return frozenset(texts.union(*(code.co_names for code in parts)))


def with_globals(
    function: FunctionType, stand_in: Callable[[Any], Any], copies: dict[int, Any]
) -> FunctionType:
    """Copy a function, with others in place of the globals, cells and defaults that it uses.

    What is defined anew later changes no copy.

    Parameters
    ----------
    stand_in
        Returns what stands for a value, or else the value; tuples are asked about part by part, and
        so are modules, about the parts that the function names.
    copies
        Copies by the `id` of what they are copies of: functions, the globals and cells that several
        of them share, and modules.
    """
    if id(function) in copies:
        copied: FunctionType = copies[id(function)]
        return copied
    known, names = function.__globals__, names_in(function)
    own = copies.setdefault(id(known), dict(known))
    cells = function.__closure__ or ()
    closure = tuple(copies.setdefault(id(cell), CellType()) for cell in cells)
    copy = FunctionType(function.__code__, own, function.__name__, None, closure)
    copies[id(function)] = copy
    copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
    vars(copy).update(vars(function))

    def stood(value: Any) -> Any:
        return _with_parts(value, stand_in, names, copies)

    copy.__defaults__ = stood(function.__defaults__)
    copy.__kwdefaults__ = {
        name: stood(value) for name, value in (function.__kwdefaults__ or {}).items()
    }
    own.update({name: stood(known[name]) for name in names & known.keys()})
    for cell, own_cell in zip(cells, closure, strict=True):
        if cell != CellType():  # one that is assigned later is empty
            own_cell.cell_contents = stood(cell.cell_contents)
    return copy


def _with_parts(
    value: Any, stand_in: Callable[[Any], Any], names: frozenset[str], copies: dict[int, Any]
) -> Any:
    """Return what stands for a value, or a copy of a tuple or module for whose parts others do."""
    if isinstance(value, tuple):
        parts = [_with_parts(part, stand_in, names, copies) for part in value]
        changed = any(new is not old for new, old in zip(parts, value, strict=True))
        return tuple.__new__(type(value), parts) if changed else value
    if not isinstance(value, ModuleType):
        return stand_in(value)
    used = vars(value).keys() if value is math else {name for name in names if hasattr(value, name)}
    old = {name: getattr(value, name) for name in used}
    new = {name: _with_parts(part, stand_in, names - {name}, copies) for name, part in old.items()}
    new = {name: part for name, part in new.items() if part is not old[name]}
    if new and id(value) not in copies:
        copies[id(value)] = ModuleType(value.__name__)
        vars(copies[id(value)]).update(vars(value))
    copied = copies.get(id(value), value)
    vars(copied).update(new)
    return copied


def replaced(value: Any, stands: Mapping[Any, Any]) -> Any:
    """Return what stands for a value, which need not be hashable, or else the value itself."""
    return next((stand for other, stand in stands.items() if other is value), value)


FIXED: Mapping[Any, Callable[[float], float]] = {math.exp: exp, math.log: log}
"""The function that stands for each of math's."""


def _raising(of_math: Callable[[float], float]) -> Callable[[float], float]:
    """Return the function that stands for one of math's, and raises where that one does."""
    fixed = FIXED[of_math]

    def call(x: float) -> float:
        of_math(x)
        return fixed(x)

    return call


RAISING = {of_math: _raising(of_math) for of_math in FIXED}
