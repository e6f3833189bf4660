import sys
from pathlib import Path

import pytest

from builders import written
from defectsim.core.errors import RuleError
from defectsim.model import beliefs, following, generals, soldiers
from defectsim.model.rule import Unit
from defectsim.rules.fingerprint import trace

TEXT = """
from math import exp
from typing import NamedTuple

from defectsim.model.rule import Rates, rule

SCALE = 2.0
UNUSED = 1.0


class Pace(NamedTuple):
    base: float = 1.0


def unused(agent):
    return agent.cohesion


@rule
def fear(agent):
    return agent.exposure


@rule
def strain(agent, weight=1.0):
    return SCALE * agent.grievance - weight * fear(agent)


@rule
def decide(agent, unit, country, p: Pace):
    return Rates(desert=p.base * exp(strain(agent)) + 0.5 * getattr(unit, "deserted"))
"""


def fingerprint(folder: Path, *change: str) -> str:
    text = TEXT.replace(*change) if change else TEXT
    assert not change or text != TEXT
    return trace(written(folder, text).decide).fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.5 *", "0.25 *"),
        ("p.base * exp", "p.base + exp"),
        ("desert=", "defect="),
        ('"deserted"', '"defected"'),
        ("SCALE = 2.0", "SCALE = 3.0"),
        ("SCALE * agent.grievance", "SCALE * agent.attachment"),
        ("return agent.exposure", "return agent.jeopardy"),
        ("return agent.exposure", "return agent.exposure ** 2"),
        ("import exp", "import cosh as exp"),
        ("- weight * fear(agent)", "- fear(agent) * weight"),
    ],
)
def test_the_fingerprint_changes_with_whatever_the_rule_does(
    tmp_path: Path, old: str, new: str
) -> None:
    assert fingerprint(tmp_path, old, new) != fingerprint(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UNUSED = 1.0", "UNUSED = 2.0"),
        ("return agent.cohesion", "return agent.pay"),
        ("base: float = 1.0", "base: float = 9.0"),
        ("SCALE = 2.0", "# A remark.\nSCALE = 2.0"),
        ("(agent, weight=1.0):\n", "(agent, weight=1.0):\n    # A remark.\n"),
    ],
)
def test_the_fingerprint_does_not_change_with_what_the_rule_does_not_use(
    tmp_path: Path, old: str, new: str
) -> None:
    assert fingerprint(tmp_path, old, new) == fingerprint(tmp_path)


def test_the_fingerprint_does_not_depend_on_where_the_file_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert fingerprint(elsewhere) == fingerprint(tmp_path)


def test_the_fingerprint_does_not_depend_on_which_release_of_a_python_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(tmp_path)
    monkeypatch.setattr(sys, "version", "3.12.99 (main, Jan  1 2030) [GCC 99]")
    assert fingerprint(tmp_path) == before


def test_the_fingerprint_does_not_depend_on_the_order_of_a_set(tmp_path: Path) -> None:
    """Python orders texts in a set otherwise in each process."""
    texts = [f"text{number}" for number in range(50)]
    orders = (texts, texts[::-1])
    one, other = (
        fingerprint(
            tmp_path, '"deserted")', f'"deserted" if agent.rank in {{{str(order)[1:-1]}}} else "x")'
        )
        for order in orders
    )
    assert one == other


def test_the_fingerprint_changes_with_the_default_of_an_argument(tmp_path: Path) -> None:
    assert fingerprint(tmp_path, "weight=1.0", "weight=4.0") != fingerprint(tmp_path)


CLOSURES = """
from defectsim.model.rule import Rates, rule


def constant(value):
    @rule
    def decide(agent, unit, country, p):
        return Rates(desert=value)

    return decide


slow, fast = constant(1.0), constant(2.0)
"""


def test_rules_made_by_one_function_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    module = written(tmp_path, CLOSURES)
    assert trace(module.slow).fingerprint != trace(module.fast).fingerprint


CALLERS = """
from defectsim.model import utilities as terms
from defectsim.model.rule import Rates, rule


@rule
def by_module(agent, unit, country, p):
    return Rates(desert=terms.staying(agent, country, 1.0))
"""


def test_a_rule_is_followed_into_what_it_calls_by_the_name_of_a_module(tmp_path: Path) -> None:
    assert {"attachment", "jeopardy"} <= trace(written(tmp_path, CALLERS).by_module).names


def test_the_names_are_what_the_rule_and_all_it_calls_can_read(tmp_path: Path) -> None:
    names = trace(written(tmp_path, TEXT).decide).names
    assert {"grievance", "exposure", "deserted", "base"} <= names
    assert not {"cohesion", "pay", "jeopardy", "defected"} & names


def test_the_functions_are_the_rule_and_all_it_calls(tmp_path: Path) -> None:
    module = written(tmp_path, TEXT)
    functions = trace(module.decide).functions
    assert functions[0] is module.decide.function
    assert {function.__name__ for function in functions} == {"decide", "strain", "fear"}


def test_rules_that_call_each_other_are_followed_once(tmp_path: Path) -> None:
    text = "from defectsim.model.rule import rule\n\n@rule\ndef one(x):\n    return two(x)\n\n@rule\ndef two(x):\n"
    module = written(tmp_path, text + "    return one(x) + x.pay\n")
    assert len(trace(module.one).functions) == 2
    assert "pay" in trace(module.one).names


@pytest.mark.parametrize(
    ("rule", "read", "unread"),
    [
        (
            soldiers.decide,
            {"pay", "perks", "outside", "exposure", "jeopardy", "commander_deserted"},
            {"ties_defected"},
        ),
        (
            generals.decide,
            {"pay", "off_ramp", "ties_defected", "belief", "promotion"},
            {"forces_deserted"},
        ),
        (beliefs.survival, {"signal", "declared", "counterbalance", "lesson"}, {"status", "pay"}),
        (
            following.follow,
            {"cohesion", "grievance", "surveillance"},
            {"pay", "exposure", "defected"},
        ),
    ],
)
def test_what_the_default_rules_read_is_known(
    rule: object, read: set[str], unread: set[str]
) -> None:
    names = trace(rule).names
    assert read <= names
    assert not unread & names


TWINS = """
from defectsim.model.rule import Rates, rule


def constant(value):
    @rule
    def always():
        return value

    return always


slow, fast = constant(1.0), constant(2.0)


@rule
def decide(agent, unit, country, p):
    return Rates(desert=slow(), defect=fast())
"""


@pytest.mark.parametrize(("old", "new"), [("(1.0)", "(3.0)"), ("(2.0)", "(3.0)")])
def test_functions_of_one_name_are_distinguished(tmp_path: Path, old: str, new: str) -> None:
    before, after = (
        trace(written(tmp_path, text).decide) for text in (TWINS, TWINS.replace(old, new))
    )
    assert before.fingerprint != after.fingerprint


def package(folder: Path, constant: str = "1.0") -> None:
    (folder / "package_of_a_test").mkdir(exist_ok=True)
    (folder / "package_of_a_test" / "__init__.py").write_text("")
    (folder / "package_of_a_test" / "helpers.py").write_text(
        "from defectsim import rule\n\nK = "
        + constant
        + "\n\n\n@rule\ndef effect(agent, k):\n    return k * agent.attachment\n"
    )


NESTED = """
import package_of_a_test.helpers
from defectsim.model.rule import Rates, rule


@rule
def decide(agent, unit, country, p):
    return Rates(desert=package_of_a_test.helpers.effect(agent, package_of_a_test.helpers.K))
"""


def test_a_rule_is_followed_into_the_modules_of_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    module = written(tmp_path, NESTED)
    before = trace(module.decide)
    assert "attachment" in before.names
    monkeypatch.setattr(module.package_of_a_test.helpers, "K", 5.0)
    assert trace(module.decide).fingerprint != before.fingerprint


USES = """
from enum import IntEnum

import numpy as np

from defectsim.model.rule import Rates, rule

COLUMN = "pay"
TABLE = np.array([0.123456789012, 1.0])


class Level(IntEnum):
    LOW = 1


@rule
def decide(agent, unit, country, p):
    return Rates(desert=getattr(agent, COLUMN) * TABLE[Level.LOW])
"""


def test_what_a_text_names_is_among_the_names(tmp_path: Path) -> None:
    assert "pay" in trace(written(tmp_path, USES).decide).names


@pytest.mark.parametrize(
    ("old", "new"), [("789012", "789999"), ("LOW = 1", "LOW = 0"), ('"pay"', '"perks"')]
)
def test_the_fingerprint_changes_with_what_is_frozen_into_the_code(
    tmp_path: Path, old: str, new: str
) -> None:
    before, after = (
        trace(written(tmp_path, text).decide) for text in (USES, USES.replace(old, new))
    )
    assert before.fingerprint != after.fingerprint


def test_what_cannot_be_followed_is_refused_by_name(tmp_path: Path) -> None:
    text = USES.replace("TABLE = np.array([0.123456789012, 1.0])", "TABLE = {1: 2.0}")
    with pytest.raises(RuleError, match=r"rules_of_a_test:decide: uses TABLE, \{1: 2.0\}"):
        trace(written(tmp_path, text).decide)


@pytest.mark.parametrize("whole", ["unit[0]", "sum(unit)", "max(*unit)"])
def test_a_rule_that_takes_a_unit_apart_reads_all_of_it(tmp_path: Path, whole: str) -> None:
    text = TEXT.replace('getattr(unit, "deserted")', whole)
    assert trace(written(tmp_path, text).decide).names >= {*Unit._fields}


def test_a_rule_that_hands_a_unit_on_reads_what_is_named(tmp_path: Path) -> None:
    text = TEXT.replace('getattr(unit, "deserted")', "(unit.deserted, 0.0)[0]")
    assert not trace(written(tmp_path, text).decide).names >= {*Unit._fields}
