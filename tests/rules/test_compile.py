from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.errors import NumbaError

from builders import around, country, person, written
from defectsim.core.code.helpers import Helpers
from defectsim.core.code.loading import load_module
from defectsim.core.errors import UncompilableError
from defectsim.core.section import Bounds
from defectsim.model import following, soldiers
from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS
from defectsim.model.rule import NEWS_FIELDS, Rates, Rule, Unit, rule
from defectsim.model.transitions import SERVING
from defectsim.rules.bindings import Behaviour
from defectsim.rules.compile import compiled, refusal

SHARE = st.floats(0, 1)
HEADER = """
from math import exp
from typing import NamedTuple

from defectsim.model.rule import Rates, rule


class P(NamedTuple):
    base: float = 0.5


"""


def within(bounds: Bounds) -> st.SearchStrategy[float]:
    if bounds.whole:
        return st.integers(int(bounds.low), int(min(bounds.high, 1e4)))
    return st.floats(max(bounds.low, -1e4), min(bounds.high, 1e4))


Agent = namedtuple("Agent", vars(person()))
Seen = namedtuple("Seen", vars(country()))


def asked(
    rule: Rule[..., Any], agent: SimpleNamespace, unit: Unit, seen: SimpleNamespace, p: Any
) -> Any:
    """Ask a compiled rule as the compiled engine does."""
    return compiled(rule)(Agent(**vars(agent)), unit, Seen(**vars(seen)), p)


PEOPLE = st.builds(
    person,
    **{name: within(column.bounds) for name, column in COLUMNS.items()},
    ties_defected=SHARE,
    status=st.sampled_from([int(status) for status in SERVING]),
    belief=SHARE,
)
COUNTRIES = st.builds(
    country,
    **{name: within(lever.bounds) for name, lever in LEVERS.items()},
    **dict.fromkeys(NEWS_FIELDS, SHARE),
)
UNITS = st.builds(Unit, *[SHARE] * len(Unit._fields))


def bits(result: Any) -> list[str]:
    return [float(value).hex() for value in (result if isinstance(result, tuple) else (result,))]


@pytest.mark.parametrize(
    "rule", Behaviour().decisions.compiled.values(), ids=lambda rule: rule.name
)
@settings(max_examples=60)
@given(st.data())
def test_a_compiled_rule_gives_what_the_python_rule_gives_bit_for_bit(
    rule: Rule[..., Any], data: st.DataObject
) -> None:
    drawn = {name: within(declared.bounds) for name, declared in rule.declared.described.items()}
    agent, unit, seen = data.draw(PEOPLE), data.draw(UNITS), data.draw(COUNTRIES)
    p = data.draw(st.builds(rule.parameters, **drawn))
    assert bits(asked(rule, agent, unit, seen, p)) == bits(rule.bound()(agent, unit, seen, p))


def both(rule: Rule[..., Any], **values: float) -> Any:
    """Ask a rule as it is and compiled, and return the answer that they share."""
    case = (person(**values), around(), country(), rule.parameters())
    answer = asked(rule, *case)
    assert bits(rule.bound()(*case)) == bits(answer)
    return answer


@pytest.mark.parametrize(
    ("body", "rates"),
    [
        ("return Rates()", (0, 0)),
        ("return Rates(desert=agent.pay)", (30, 0)),
        ("return Rates(defect=2)", (0, 2)),
        ("return Rates(retire=1, shirk=2, plot=p.base, resume=agent.rank)", (0, 0, 1, 2, 0.5, 0)),
        ("return Rates(1, p.base)", (1, 0.5)),
        ("return Rates(p.base, defect=1)", (0.5, 1)),
        ("return Rates(defect=agent.rank)", (0, 0)),
        pytest.param("return Rates(desert=agent.pay > 10)", (1, 0)),
        (
            "if agent.pay > 10:\n        return Rates(desert=1)\n    return Rates(defect=0.5)",
            (1, 0),
        ),
        ('return Rates(desert=float("inf"))', (float("inf"), 0)),
    ],
)
def test_rates_have_defaults_and_take_whole_numbers(
    tmp_path: Path, body: str, rates: tuple[float, ...]
) -> None:
    text = f"{HEADER}@rule\ndef decide(agent, unit, country, p: P):\n    {body}\n"
    answer = both(written(tmp_path, text).decide)
    assert answer == Rates(*rates)
    assert isinstance(answer, Rates)


def test_rules_call_each_other_compiled_as_they_are(tmp_path: Path) -> None:
    text = HEADER + (
        "@rule\ndef worth(income, basket=15.0):\n    return income / basket\n\n\n"
        "@rule\ndef decide(agent, unit, country, p: P):\n    twice = worth(agent.pay)\n"
        "    return Rates(desert=twice + worth(agent.pay, 30.0))\n"
    )
    assert both(written(tmp_path, text).decide) == Rates(desert=3)


def test_division_by_zero_raises_in_both(tmp_path: Path) -> None:
    text = (
        HEADER
        + "@rule\ndef decide(agent, unit, country, p: P):\n    return Rates(desert=1.0 / agent.perks)\n"
    )
    rule = written(tmp_path, text).decide
    assert both(rule, perks=4.0) == Rates(desert=0.25)
    with pytest.raises(ZeroDivisionError):
        rule(person(), around(), country(), rule.parameters())
    with pytest.raises(ZeroDivisionError):
        asked(rule, person(), around(), country(), rule.parameters())


REFUSED = (
    HEADER
    + """@rule
def fine(agent, unit, country, p: P):
    return Rates(desert=p.base)


@rule
def helper(agent):
    return agent.pay.wage


@rule
def by_helper(agent, unit, country, p: P):
    return Rates(desert=helper(agent))


@rule
def by_itself(agent, unit, country, p: P):
    words = open("base.txt").read()
    return Rates(desert=float(words))


def unmarked(agent):
    return agent.pay


@rule
def by_unmarked(agent, unit, country, p: P):
    return Rates(desert=unmarked(agent))
"""
)


@pytest.mark.parametrize(
    ("name", "guilty"),
    [
        ("by_helper", ["return agent.pay.wage", "helper(agent)"]),
        ("by_itself", ["words ="]),
        ("by_unmarked", ["desert=unmarked(agent)"]),
    ],
)
def test_a_refusal_names_the_rule_the_line_and_what_to_do(
    tmp_path: Path, name: str, guilty: list[str]
) -> None:
    module = written(tmp_path, REFUSED)
    rule = getattr(module, name)
    with pytest.raises(NumbaError) as caught:
        asked(rule, person(), around(), country(), rule.parameters())
    message = str(refusal([module.fine, rule], caught.value))
    first, *_, advice = message.splitlines()
    lines = REFUSED.splitlines()
    numbers = [at for at, line in enumerate(lines, 1) if any(text in line for text in guilty)]
    assert any(
        first.startswith(f"{tmp_path / 'rules_of_a_test.py'}:{number}: rule {rule.name}")
        for number in numbers
    )
    assert "cannot be compiled: " in first
    assert "marked @rule" in advice
    assert "--engine reference" in advice


def test_a_refusal_that_no_rule_explains_names_all_rules() -> None:
    message = str(refusal([soldiers.decide, following.follow], NumbaError("out of patience")))
    assert soldiers.decide.name in message
    assert following.follow.name in message
    assert "out of patience" in message
    assert "--engine reference" in message


FACTOR = 1.0


@rule
def scaled(x: float) -> float:
    return FACTOR * x


def test_a_rule_is_compiled_anew_when_what_it_uses_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert compiled(scaled)(1.0) == scaled(1.0) == 1.0
    monkeypatch.setitem(scaled.function.__globals__, "FACTOR", 5.0)
    assert compiled(scaled)(1.0) == scaled(1.0) == 5.0


def test_a_rule_that_writes_what_others_read_is_not_compiled(tmp_path: Path) -> None:
    text = HEADER + (
        "@rule\ndef decide(agent, unit, country, p: P):\n"
        "    agent.pay = 0.0\n    return Rates(desert=p.base)\n"
    )
    with pytest.raises(UncompilableError, match=r"\.py:14: rule .*decide .*: it writes agent\.pay"):
        compiled(written(tmp_path, text).decide)


def test_a_field_that_a_unit_lacks_is_named_even_if_agents_have_it() -> None:
    lacking = NumbaError("Unknown attribute 'pay' of type Unit(float64 x 5)")
    assert "reads unit.pay, which is not there" in str(refusal([soldiers.decide], lacking))


ODD = """
import math as m
import operator
from math import exp as e

import defectsim
from defectsim import Rates as R

STILL, NAN = R(defect=2.0), float("nan")


def closing(power):
    @rule
    def closed(x, of=m.exp):
        return power(x) + of(x)
    return closed


closed = closing(e)


"""


@pytest.mark.parametrize(
    "body",
    [
        "return R(desert=e(agent.perks) * m.exp(agent.perks) + m.log(agent.pay))",
        "return R(desert=m.exp(agent.perks) + closed(agent.perks))",
        "return defectsim.Rates(desert=1)",
        "return STILL if agent.pay > 1.0 else R(desert=1.0)",
        "f = lambda x: R(defect=x)\n    return f(agent.pay)",
        "def f(make, x):\n        return make(plot=x)\n    return f(R, agent.pay)",
        "return R(desert=max(NAN, agent.pay), retire=min(agent.pay, NAN))",
        "return (0.0, agent.pay, 0.0, 0.0, 0.0, 0.0)",
        "rate = 0.0\n    for i in range(3):\n        rate += e(i)\n    return R(desert=rate)",
    ],
)
def test_rules_written_in_odd_ways_give_the_same_bits(tmp_path: Path, body: str) -> None:
    text = f"{HEADER}{ODD}@rule\ndef decide(agent, unit, country, p: P):\n    {body}\n"
    assert any(both(written(tmp_path, text).decide, perks=0.37))


@pytest.mark.parametrize(
    "body",
    [
        "def f(x, max):\n        return 1.0 / max(x, 0.01)\n    return R(desert=f(agent.perks, min))",
        "return R(desert=sum([1.0 / x for x in (agent.perks, 1.0)]))",
        "return R(desert=divmod(1.0, agent.perks)[0])",
        "return R(desert=operator.truediv(1.0, agent.perks))",
    ],
)
def test_divisions_by_zero_that_only_look_safe_raise_in_both(tmp_path: Path, body: str) -> None:
    text = f"{HEADER}{ODD}@rule\ndef decide(agent, unit, country, p: P):\n    {body}\n"
    rule = written(tmp_path, text).decide
    for ask in (rule.bound(), lambda *case: asked(rule, *case)):
        with pytest.raises(ZeroDivisionError):
            ask(person(perks=0.0), around(), country(), rule.parameters())


def test_a_rule_that_may_read_a_variable_without_a_value_is_not_compiled(tmp_path: Path) -> None:
    text = HEADER + (
        "@rule\ndef decide(agent, unit, country, p: P):\n    if agent.pay > 50.0:\n"
        "        base = 1.0\n    return Rates(desert=base)\n"
    )
    with pytest.raises(UncompilableError, match=r"\.py:16: rule .*: base may have no value there"):
        compiled(written(tmp_path, text).decide)


def test_what_numba_stumbles_over_is_refused_too(tmp_path: Path) -> None:
    text = HEADER + (
        "@rule\ndef decide(agent, unit, country, p: P):\n"
        "    return Rates().__class__(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)\n"
    )
    rule = written(tmp_path, text).decide
    with pytest.raises(NumbaError) as caught:
        asked(rule, person(), around(), country(), rule.parameters())
    assert "cannot be compiled: ValueError in Numba" in str(refusal([rule], caught.value))


def test_a_rule_of_a_file_may_return_a_class_of_the_file(tmp_path: Path) -> None:
    text = (
        f"{HEADER}@rule\ndef update(agent, unit, country, p: P):\n    return P(2.0 * agent.pay)\n"
    )
    rule = load_module(tmp_path / "rested.py", text, tmp_path, Helpers()).update
    assert both(rule, pay=4.0) == (8.0,)
