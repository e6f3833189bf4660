from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from defectsim.core.errors import RuleError
from defectsim.core.section import Number
from defectsim.model import following, generals, soldiers
from defectsim.rules.bindings import Behaviour, RuleSection, find_rule

TEXT = """
from typing import Annotated, NamedTuple

from defectsim.core.parameters import Parameter
from defectsim.model.rule import Rates, rule
from defectsim.core.section import Bounds


class Pace(NamedTuple):
    base: Annotated[float, Parameter("1/year", Bounds(low=0), "Pace.")]
    slope: float = 2


@rule
def decide(agent, unit, country, p: Pace):
    return Rates(desert=p.base)


def unmarked(agent, unit, country, p: Pace):
    return Rates()


@rule
def careless(agent, unit, country, p):
    return Rates()


@rule
def short(agent, unit):
    return Rates()
"""


@pytest.fixture(autouse=True)
def _own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules_of_mine.py").write_text(TEXT)
    (tmp_path / "rules_that_need_more.py").write_text("import a_package_that_is_not_installed\n")
    monkeypatch.syspath_prepend(tmp_path)


def refused(data: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        RuleSection.model_validate(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


def test_a_rule_is_found_by_its_module_and_its_name() -> None:
    assert find_rule("defectsim.model.soldiers:decide") is soldiers.decide
    assert find_rule("rules_of_mine:decide").name == "rules_of_mine:decide"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "rules_of_yours:decide",
            "rules_of_yours cannot be imported: ModuleNotFoundError: No module named 'rules_of_yours'",
        ),
        ("defectsim.behavior.soldiers:decide", "No module named 'defectsim.behavior'"),
        ("rules_of_mine:deside", "deside is not in that module; did you mean 'decide'"),
        ("rules_of_mine:weather", "weather is not in that module$"),
        ("rules_of_mine:unmarked", "unmarked is not marked @rule"),
        ("rules_of_mine:Pace", "Pace is not marked @rule"),
        ("rules_that_need_more:decide", "No module named 'a_package_that_is_not_installed'"),
    ],
)
def test_a_rule_that_is_not_there_is_refused_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        find_rule(name)
    assert set(refused({"rule": name, "parameters": {"base": 1}})) == {("rule",)}


@pytest.mark.parametrize(
    "name", ["rules_of_mine.decide", "rules_of_mine:", ":decide", "a b:c", "a:b:c", "a:b.c", 3]
)
def test_a_rules_name_has_a_form(name: Any) -> None:
    assert set(refused({"rule": name})) == {("rule",)}


def test_a_rule_need_not_declare_parameters_but_must_take_what_rules_are_given() -> None:
    assert RuleSection.model_validate("rules_of_mine:careless").parameters == {}
    assert (
        "must take (agent, unit, country, p)" in refused({"rule": "rules_of_mine:short"})[("rule",)]
    )


def test_parameters_that_are_not_given_keep_their_defaults() -> None:
    section = RuleSection.model_validate(
        {"rule": "rules_of_mine:decide", "parameters": {"base": 3}}
    )
    assert {name: number.value for name, number in section.parameters.items()} == {
        "base": 3,
        "slope": 2,
    }


@pytest.mark.parametrize(
    ("parameters", "faults"),
    [
        ({}, {"base": "no default and must be given"}),
        ({"base": 1, "slop": 2}, {"slop": "unknown parameter; did you mean 'slope'?"}),
        ({"bse": -1}, {"bse": "did you mean 'base'", "base": "must be given"}),
        ({"base": -1}, {"base": "-1 is out of bounds: must be at least 0"}),
        ({"base": {"value": 1, "range": [-1, 2]}}, {"base": "out of bounds"}),
        ({"base": 1, "slope": float("nan")}, {"slope": "not nan"}),
    ],
)
def test_all_faults_of_the_parameters_are_named(
    parameters: dict[str, Any], faults: dict[str, str]
) -> None:
    found = refused({"rule": "rules_of_mine:decide", "parameters": parameters})
    assert set(found) == {("parameters", name) for name in faults}
    for name, message in faults.items():
        assert message in found["parameters", name]


def test_a_decision_has_the_rules_own_parameters_in_its_order() -> None:
    given = {"slope": Number(value=5), "base": Number(value=1)}
    decided = RuleSection.model_validate(
        {"rule": "rules_of_mine:decide", "parameters": given}
    ).decision
    assert decided.p == (1.0, 5.0)
    assert decided.p._fields == ("base", "slope")
    assert all(type(value) is float for value in decided.p)


def test_a_scenario_that_says_nothing_decides_by_the_default_rules() -> None:
    default = Behaviour().decisions
    assert default.soldier.rule is soldiers.decide
    assert default.general.rule is generals.decide
    assert default.follow.rule is following.follow
    assert default.soldier.p == soldiers.Soldiers()
    assert default.general.p == generals.Generals()
    assert default.follow.p == following.Following()


def test_each_rule_and_each_parameter_can_be_replaced_alone() -> None:
    behaviour = {
        "soldier": {"rule": "rules_of_mine:decide", "parameters": {"base": 7}},
        "general": {"parameters": {"reward": 9}},
    }
    mine = Behaviour.model_validate(behaviour).decisions
    assert mine.soldier.rule is find_rule("rules_of_mine:decide")
    assert mine.soldier.p == (7, 2)
    assert mine.general.p == generals.Generals(reward=9)
    assert mine.follow.rule is following.follow


@pytest.mark.parametrize(
    "text", ["def broken(:", "from defectsim import no_such_name", "nobody_knows"]
)
def test_a_module_that_cannot_be_imported_is_the_users_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "module_of_a_user.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuleError, match="module_of_a_user cannot be imported"):
        find_rule("module_of_a_user:decide")


def test_files_of_one_name_keep_their_classes_apart(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom typing import NamedTuple\nimport defectsim\n\n\n"
        "class Pace(NamedTuple):\n    {0}: float = 0.5\n\n\n"
        "class Plotter(defectsim.General):\n    p: Pace\n\n    def step(self): ...\n"
    )
    for name in ("alpha", "beta"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "generals.py").write_text(text.format(name))
    one, other = (
        Behaviour.model_validate(
            {"general": f"{name}/generals.py:Plotter"}, context={"folder": tmp_path}
        )
        for name in ("alpha", "beta")
    )
    agents = [behaviour.general.decision.agents for behaviour in (one, other)]
    assert [agent.p._fields for agent in agents if agent] == [("alpha",), ("beta",)]


def test_what_rules_are_made_of_is_found_once_for_those_who_decide_by_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import rules_of_mine  # type: ignore[import-not-found]

    behaviour = Behaviour.model_validate(
        {"soldier": {"rule": "rules_of_mine:decide", "parameters": {"base": 1}}}
    )
    before = behaviour.decisions
    assert "cohesion" not in before.reads("soldier")
    monkeypatch.setattr(
        rules_of_mine.decide, "function", lambda agent, unit, country, p: agent.cohesion
    )
    assert "cohesion" not in before.reads("soldier")
    assert "cohesion" in behaviour.decisions.reads("soldier")
    assert before != behaviour.decisions
