"""What the text of a rule shows: divisions that are safe, and transitions that it gives."""

from collections.abc import Callable
from math import exp
from pathlib import Path
from typing import Any

import pytest

from builders import written
from defectsim.core.parameters import NoParameters
from defectsim.model import generals, soldiers
from defectsim.model.rule import Country, Person, Rates, Unit, rule
from defectsim.rules.text import divides_safely, transitions_given

LEAST = 0.01
NOTHING = 0


def by_a_constant(x: float) -> float:
    return x / 2.0 + x / LEAST


def by_a_maximum(x: float, y: float) -> float:
    return y / max(x, LEAST) / (max(x, 0.5) * max(y, 2))


def by_a_logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def by_a_name(x: float) -> float:
    width = max(x, LEAST)
    return x % width


def squared(x: float) -> float:
    return x**2


def by_anything(x: float) -> float:
    return 1.0 / x


def by_a_guarded_one(x: float) -> float:
    return 1.0 / x if x > 0.0 else 0.0


def by_a_difference(x: float) -> float:
    return 1.0 / (max(x, 1.0) - 1.0)


def by_nothing(x: float) -> float:
    return x / NOTHING


def by_an_argument_called_as_a_constant(LEAST: float) -> float:  # noqa: N803
    return 1.0 / LEAST


def by_a_name_that_changes(x: float) -> float:
    width = 1.0
    width = width - x
    return x / width


def raised(x: float) -> float:
    return x**-1.0


@pytest.mark.parametrize(
    "function", [by_a_constant, by_a_maximum, by_a_logistic, by_a_name, squared]
)
def test_divisors_above_0_as_written_are_safe(function: Callable[..., float]) -> None:
    assert divides_safely(function)


@pytest.mark.parametrize(
    "function",
    [
        by_anything,
        by_a_guarded_one,
        by_a_difference,
        by_nothing,
        by_an_argument_called_as_a_constant,
        by_a_name_that_changes,
        raised,
    ],
)
def test_other_divisors_are_not(function: Callable[..., float]) -> None:
    assert not divides_safely(function)


def test_functions_without_a_text_are_checked() -> None:
    assert not divides_safely(eval("lambda x: x / 2.0"))


def names_two(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(retire=1.0, desert=max(agent.pay, 1.0)) if agent.pay > 0 else Rates()


def names_none(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(0.1)


def names_some(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(0.1, retire=0.1) if agent.pay > 0 else Rates(shirk=1.0)


def names_another_function(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(larger(desert=agent.pay, retire=0.0))


def larger(desert: float, retire: float) -> float:
    return max(desert, retire)


def makes_them_later(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    make = Rates
    return make(0.1, retire=1.0)


def unpacks(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(**{"desert": 1.0})


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (names_two, ["desert", "retire"]),
        (names_none, [*Rates._fields]),
        (names_some, [*Rates._fields]),
        (names_another_function, [*Rates._fields]),
        (makes_them_later, [*Rates._fields]),
        (unpacks, [*Rates._fields]),
    ],
)
def test_transitions_that_a_rule_gives_are_those_that_it_names(
    function: Callable[..., Rates], named: list[str]
) -> None:
    assert [Rates._fields[place] for place in transitions_given(rule(function))] == named


MADE = """
import math as m
import operator
from math import exp as e

import defectsim
from defectsim import Rates, Rates as R, rule

Alias = Rates
LEAST, NOTHING, ONE = 0.01, 0.0, Rates(defect=1.0)


def helper(x):
    return Rates(retire=x)


@rule
def marked(x, again=True):
    return marked(x, False) if again else Rates(shirk=x)


{}
"""


def in_file(folder: Path, definition: str) -> Any:
    """Return the function `f` of a file."""
    return written(folder, MADE.format(definition)).f


@pytest.mark.parametrize(
    ("definition", "named"),
    [
        ("def f(x): return Alias(defect=x)", ["defect"]),
        ("def f(x): return R(defect=x)", ["defect"]),
        ("def f(x): return defectsim.Rates(defect=x)", ["defect"]),
        ("def f(x): return defectsim.model.rule.Rates(defect=x)", ["defect"]),
        ("f = lambda x: R(defect=x)", ["defect"]),
        ("def made(make):\n    return lambda x: make(defect=x)\nf = made(Rates)", ["defect"]),
        ("def f(x): return helper(x) if x else Rates(plot=x)", ["retire", "plot"]),
        ("def f(x): return marked(x)", ["shirk"]),
        ("def f(x):\n    y = R(plot=x)\n    y = Rates() if x else y\n    return y", ["plot"]),
        ("def f(x): return ONE if x else Rates(desert=x)", ["desert", "defect"]),
        ("def f(x): return Rates()", ["desert"]),
    ],
)
def test_transitions_are_found_under_all_names_of_rates(
    tmp_path: Path, definition: str, named: list[str]
) -> None:
    found = transitions_given(rule(in_file(tmp_path, definition)))
    assert [Rates._fields[place] for place in found] == named


@pytest.mark.parametrize(
    "definition",
    [
        "def f(x): return Rates(*(0.0, x))",
        "def f(x): return Rates(desert=0.0, **{'defect': x})",
        "def f(x): return Rates()._replace(defect=x)",
        "def f(x): return Rates._make((0.0, x, 0.0, 0.0, 0.0, 0.0))",
        "def f(x): return type(Rates())(0.0, x, 0.0, 0.0, 0.0, 0.0)",
        "def f(x): return (0.0, x, 0.0, 0.0, 0.0, 0.0)",
        "def f(x): return Rates()[:1] + (x, 0.0, 0.0, 0.0, 0.0)",
        "def f(x): return getattr(defectsim, 'Rates')(defect=x)",
        "def f(x):\n    from defectsim import Rates as Q\n    return Q(defect=x)",
        "def f(x):\n    g = lambda y: R(defect=y)\n    return g(x)",
        "def f(x, R=lambda **_: ONE): return R(desert=x)",
        "def f(x):\n    Rates = x.make\n    return Rates(desert=x)",
        "def f(x):\n    y = Rates()\n    for y in (ONE,):\n        pass\n    return y",
        "def f(x):\n    if x:\n        return Rates()\n    return",
        "f, g = lambda x: Rates(desert=x), lambda x: Rates(defect=x)",
    ],
)
def test_rules_that_return_anything_else_may_give_all(tmp_path: Path, definition: str) -> None:
    assert len(transitions_given(rule(in_file(tmp_path, definition)))) == len(Rates._fields)


def test_the_text_of_a_file_that_was_edited_shows_nothing(tmp_path: Path) -> None:
    function = in_file(tmp_path, "def f(x): return Rates(desert=x / 2.0)")
    assert divides_safely(function)
    path = Path(function.__code__.co_filename)
    path.write_text(path.read_text().replace("2.0", "3.00"))
    assert not divides_safely(function)
    assert len(transitions_given(rule(function))) == len(Rates._fields)


@pytest.mark.parametrize(
    "body",
    [
        "return 1.0 / (1.0 + m.exp(-x)) + 1.0 / (1.0 + e(x))",
        "return [y / LEAST for y in (x, x)][0]",
        "width = LEAST\n    return sum([y / width for y in (x, x)])",
    ],
)
def test_divisors_are_found_under_all_names(tmp_path: Path, body: str) -> None:
    assert divides_safely(in_file(tmp_path, f"def f(x):\n    {body}"))


@pytest.mark.parametrize(
    "body",
    [
        "g = lambda LEAST: 1.0 / LEAST\n    return g(x)",
        "return sum(1.0 / LEAST for LEAST in (x, 1.0))",
        "return [1.0 / LEAST for LEAST in (x, 1.0)][0]",
        "def g(y, max):\n        return 1.0 / max(y, LEAST)\n    return g(x, min)",
        "max = min\n    return 1.0 / max(x, LEAST)",
        "y = 1.0 / x\n    x = 2.0\n    return y",
        "width = 2.0\n    width *= x\n    return 1.0 / width",
        "width = 2.0\n    if (width := x) > 1.0:\n        pass\n    return 1.0 / width",
        "width = 2.0\n    for width in (x, 1.0):\n        pass\n    return 1.0 / width",
        "width = 2.0\n    width, _ = x, x\n    return 1.0 / width",
        "def g():\n        NOTHING = 2.0\n        return NOTHING\n    return 1.0 / NOTHING + g()",
        "width = 2.0\n    def g():\n        nonlocal width\n        width = x\n    return 1.0 / width",
        "width = 2.0\n    match x:\n        case width:\n            return 1.0 / width",
        "width = width + 1.0\n    return 1.0 / width",
        "one = two = 1.0\n    one = two\n    two = one\n    return 1.0 / one",
        "exp = x\n    return 1.0 / (1.0 + exp(x))",
        "return divmod(1.0, x)[0]",
        "return operator.truediv(1.0, x)",
    ],
)
def test_a_divisor_that_only_looks_safe_is_not(tmp_path: Path, body: str) -> None:
    assert not divides_safely(in_file(tmp_path, f"def f(x):\n    {body}"))


def test_soldiers_rule_gives_all_transitions_and_generals_do_not_shirk() -> None:
    assert len(transitions_given(soldiers.decide)) == len(Rates._fields)
    assert Rates._fields.index("shirk") not in transitions_given(generals.decide)
