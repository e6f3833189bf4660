"""`defectsim check` of rules of one's own, and `defectsim check-rule`, as typed."""

from pathlib import Path

import pytest

from command_line import defectsim
from defectsim.contract.checks import begin_checks
from defectsim.rules.bindings import find_rule

RULES = """\
from typing import NamedTuple

from defectsim import Rates, rule


class Zero(NamedTuple):
    zero: float = 0.0


@rule
def loses_count(agent, unit, country, p: Zero):
    return Rates(desert=p.zero - agent.exposure)


@rule
def follow(agent, unit, country, p: Zero) -> float:
    return agent.threshold
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(RULES)
    return tmp_path


def test_a_bad_rule_ends_with_exit_code_2_and_the_smallest_example(folder: Path) -> None:
    done = defectsim(folder, "check-rule", "mine.py:loses_count")
    assert done.returncode == 2, done.stderr
    said = " ".join(done.stdout.split())
    assert (
        "FAILED rates desert is -1, not a rate from 0 to infinity with agent.exposure = 1.0" in said
    )
    assert "The rule breaks its contract: rates." in said
    assert [path.name for path in folder.iterdir()] == ["mine.py"]


def test_a_rule_that_ends_the_program_breaks_its_contract(folder: Path) -> None:
    (folder / "mine.py").write_text(RULES.replace("return Rates(", "raise SystemExit(0) or Rates("))
    done = defectsim(folder, "check-rule", "mine.py:loses_count")
    assert done.returncode == 2, done.stderr
    assert "SystemExit" in done.stdout


def test_whose_rule_it_is_and_the_scenario_can_be_named(folder: Path) -> None:
    (folder / "other.yaml").write_text(
        "name: other\nquestion: Does it hold?\nclock: {start: 2018-01-01, end: 2018-04-01}\n"
        "forces: {branches: {army: {strength: 120}}}\n"
        "people: {pay: 10, outside: 200, attributes: {threshold: {uniform: [0, 3]}}}\n"
    )
    done = defectsim(
        folder, "check-rule", "mine.py:follow", "--scenario", "other.yaml", "--as", "follow"
    )
    assert done.returncode == 2, done.stderr
    assert "a rule of following in the scenario other" in done.stdout
    assert "not a probability from 0 to 1" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mine.py:losescount",), "did you mean 'loses_count'?"),
        (("yours.py:decide",), "there is no file yours.py"),
        (("mine.py:follow", "--scenario", "none.yaml"), "there is no file none.yaml"),
        (("mine.py:follow", "--as", "admiral"), "admiral"),
    ],
)
def test_what_is_not_there_is_said_with_exit_code_2(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = defectsim(folder, "check-rule", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


ARMY = """\
name: army
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-02-05}
forces: {branches: {army: {strength: 20}}}
people: {pay: 10, outside: 200, attributes: {threshold: {uniform: [0, 3]}}}
behaviour:
  soldier: mine.py:decide
"""
OWN = """\
from typing import NamedTuple

from defectsim import Rates, rule


class Own(NamedTuple):
    base: float = 0.5


def wage(person):
    return person.wages


@rule
def decide(agent, unit, country, p: Own):
"""
PLACE = "army.yaml:7:12: behaviour.soldier: mine.py:"
RATES = "not Rates of numbers, such as Rates(desert=0.1)"
NEVER_NUMBA = (
    "Use numbers, the fields of agent, unit, country and p, functions of math, and other functions "
    "marked @rule; or run it uncompiled with --engine reference."
)


def own_rule(folder: Path, body: str) -> None:
    (folder / "army.yaml").write_text(ARMY)
    (folder / "mine.py").write_text(OWN + "".join(f"    {line}\n" for line in body.splitlines()))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "return Rates(desert=agent.subsistence)",
            "16:25: the rule reads agent.subsistence, which is not there; country has subsistence",
        ),
        (
            "return Rates(desert=country.tresholds)",
            "16:25: the rule reads country.tresholds, which is not there; "
            "did you mean agent.threshold?",
        ),
        (
            "return Rates(desert=unit.qqq)",
            "16:25: the rule reads unit.qqq, which is not there",
        ),
        (
            "return Rates(desert=agent.qqq)",
            "16:25: the rule reads agent.qqq, which is not there; "
            "a scenario declares it under people.attributes or people.state",
        ),
        (
            "return Rates(desert=p.bse)",
            "16:25: the rule reads p.bse, which is not there; did you mean p.base?",
        ),
        (
            "return Rates(desert=wage(agent))",
            "11:12: the rule reads agent.wages, which is not there; "
            "a scenario declares it under people.attributes or people.state",
        ),
        (
            "agent.pay = 1.0\nreturn Rates(desert=p.base)",
            "16:5: the rule assigns to agent.pay: a rule changes and keeps nothing; return rates, "
            "the engine does the rest",
        ),
        ("return (p.base, 0.1)", f"16:5: the rule returns a tuple of 2, {RATES}"),
        ("return p.base", f"16:5: the rule returns a number, {RATES}"),
        ("rate = 2.0 * p.base\nreturn rate", f"17:5: the rule returns a number, {RATES}"),
        (
            "if agent.pay > 1.0:\n    return None\nreturn Rates()",
            f"17:9: the rule returns nothing, {RATES}",
        ),
        ("agent.pay + p.base", f"14: the rule returns nothing, {RATES}"),
    ],
)
def test_check_refuses_what_the_text_of_a_rule_shows(tmp_path: Path, body: str, said: str) -> None:
    own_rule(tmp_path, body)
    done = defectsim(tmp_path, "check", "army.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{PLACE}{said}\n"


def test_check_tells_of_a_rule_together_with_other_faults(tmp_path: Path) -> None:
    own_rule(tmp_path, "agent.pay = 1.0\nreturn Rates(desert=agent.wage)")
    (tmp_path / "army.yaml").write_text(ARMY.replace("strength: 20", "strength: -1"))
    lines = defectsim(tmp_path, "check", "army.yaml").stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "army.yaml:4:38",
        *["army.yaml:7:12"] * 2,
    ]


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        (
            "return Rates(desert=wage(agent.pay))",
            16,
            "Untyped global name 'wage': Cannot determine Numba type of <class 'function'>",
        ),
        ("if agent.pay > 11.0:\n    return Rates()", 14, f"it may return nothing, {RATES}"),
        ("return max(p.base, 0.1)", 14, f"it returns a float64, {RATES}"),
    ],
)
def test_check_refuses_what_numba_refuses_unless_the_reference_engine_runs_it(
    tmp_path: Path, body: str, line: int, why: str
) -> None:
    own_rule(tmp_path, body)
    done = defectsim(tmp_path, "check", "army.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"mine.py:{line}: rule mine.py:decide cannot be compiled: {why}\n{NEVER_NUMBA}\n"
    )
    assert defectsim(tmp_path, "check", "army.yaml", "--engine", "reference").returncode == 0


def test_each_check_of_a_rule_is_told_before_the_next_begins() -> None:
    rule = find_rule("tests/contract/planted.py:negative")
    title, findings = begin_checks(rule, None, None, allow_code=False)
    assert title.endswith("negative, a rule of soldiers")
    assert [next(findings).check, next(findings).check] == ["form", "own person only"]
