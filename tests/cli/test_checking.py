"""`defectsim check-rule`, as typed."""

from pathlib import Path

import pytest

from command_line import defectsim

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
