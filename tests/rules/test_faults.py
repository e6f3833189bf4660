"""What the text of a rule shows to be wrong, and what it does not."""

from pathlib import Path

import pytest

from builders import written
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.model.rule import Rates
from defectsim.rules.bindings import Behaviour
from defectsim.rules.compile import compiled
from defectsim.rules.faults import FIELDS, faults, hint

HEADER = """
from math import exp
from typing import NamedTuple

from defectsim.model.rule import Rates, rule


class P(NamedTuple):
    base: float = 0.5


def helped(agent):
    return agnt.pay


"""


def found(folder: Path, body: str, returns: object = Rates) -> list[str]:
    """Return the faults of a rule, without their places."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    text = f"{HEADER}@rule\ndef decide(agent, unit, country, p: P):\n{lines}"
    rule = written(folder, text).decide
    return [fault.partition(": the rule ")[2] for fault in faults(rule, returns, FIELDS)]


@pytest.mark.parametrize("who", [*Behaviour().sections])
def test_the_shipped_rules_have_no_fault(who: str) -> None:
    section = Behaviour().sections[who]
    assert [*faults(section.code.thing, section.returns, FIELDS)] == []


@pytest.mark.parametrize(
    "body",
    [
        "return Rates(desert=agent.wage if hasattr(agent, 'wage') else 0.0)",
        "try:\n    return Rates(desert=agent.wage)\nexcept AttributeError:\n    return Rates()",
        "agent = Rates(desert=1.0)\nreturn Rates(desert=agent.wage)",
        "for unit in (p, p):\n    rate = unit.base\nreturn Rates(desert=rate)",
        "f = lambda agent: agent.wage\nreturn Rates(desert=f(p))",
        "rates = Rates()\nreturn rates",
        "return (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)",
        "return Rates() if agent.pay else Rates(desert=1.0)",
        "return unit._replace(deserted=1.0).deserted and Rates()",
        "raise NotImplementedError",
        "try:\n    return Rates(desert=BASE)\nexcept NameError:\n    return Rates()",
        "from math import log\nreturn Rates(desert=log(2.0))",
        "return Rates(**{'desert': 1.0})",
        "return Rates(desert=len([unit for unit in (1, 2)]))",
    ],
)
def test_what_is_not_understood_is_no_fault(tmp_path: Path, body: str) -> None:
    assert found(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("me = agent\nreturn Rates(desert=me.wage)", "reads agent.wage"),
        ("f = lambda x: agent.wage\nreturn Rates(desert=f(1))", "reads agent.wage"),
        ("agent.pay += 1.0\nreturn Rates()", "assigns to agent.pay"),
        ("del country.pay\nreturn Rates()", "assigns to country.pay"),
        ("return exp(agent.pay)", "returns a number"),
        ("return -p.base", "returns a number"),
        ("return 'much'", "returns a text"),
        ("return", "returns nothing"),
        (
            "return Rates(desert=agnt.pay)",
            "uses agnt, which nothing defines; did you mean 'agent'?",
        ),
        ("f = lambda x: x + BASE\nreturn Rates(desert=f(1))", "uses BASE, which nothing defines"),
        ("return Rates(dessert=2)", "gives Rates dessert, which it lacks; did you mean 'desert'?"),
        (
            "rates = Rates(elope=2)\nreturn rates",
            "gives Rates elope, which it lacks; it has desert, defect, ",
        ),
        ("return Rates(desert=helped(agent))", "uses agnt, which nothing defines; did you mean"),
    ],
)
def test_what_is_surely_wrong_is_told(tmp_path: Path, body: str, wrong: str) -> None:
    (fault,) = found(tmp_path, body)
    assert fault.startswith(wrong)


def test_a_name_that_stands_for_nothing_has_its_line_and_is_no_matter_of_the_engine(
    tmp_path: Path,
) -> None:
    text = f"{HEADER}@rule\ndef decide(agent, unit, country, p: P):\n    return Rates(desert=agnt.pay)\n"
    rule = written(tmp_path, text).decide
    with pytest.raises(RuleError) as caught:
        compiled(rule)
    assert str(caught.value) == (
        f"{tmp_path / 'rules_of_a_test.py'}:18:25: the rule uses agnt, which nothing defines; "
        "did you mean 'agent'?"
    )
    assert not isinstance(caught.value, UncompilableError)


def test_a_probability_is_a_number(tmp_path: Path) -> None:
    assert found(tmp_path, "return 0.5", float) == []
    assert found(tmp_path, "return (0.5, 0.5)", float) == [
        "returns a tuple of 2, not a probability from 0 to 1"
    ]


def test_the_nearest_name_is_the_arguments_own_where_several_have_it() -> None:
    fields = {"agent": ("pay",), "unit": ("pay",), "country": ("pays",)}
    assert hint("unit", "payy", fields) == "; did you mean unit.pay?"
    assert hint("country", "pay", fields) == "; agent has pay"
    assert hint("agent", "qqq", fields) == ""
