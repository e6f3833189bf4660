import inspect
import pickle

import pytest

import defectsim as ds
from defectsim.core import errors
from defectsim.core.errors import (
    DefectsimError,
    Fault,
    RuleError,
    ScenarioError,
    StudyError,
    UserError,
    nearest,
)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (
            Fault("unknown key", "behaviour.soldeir", "scenarios/x.yaml", 14, 7),
            "scenarios/x.yaml:14:7: behaviour.soldeir: unknown key",
        ),
        (Fault("not UTF-8 text", file="x.yaml", line=3), "x.yaml:3: not UTF-8 text"),
        (Fault("too small", "clock.step_days"), "clock.step_days: too small"),
        (Fault("no such file"), "no such file"),
    ],
)
def test_a_fault_says_where_and_what_and_omits_what_it_does_not_know(
    fault: Fault, text: str
) -> None:
    assert str(fault) == text


def test_a_fault_is_one_line_that_cannot_steer_a_terminal() -> None:
    assert str(Fault("tab\there", "a\nb", "\x1b[31mx")) == r"\x1b[31mx: a\nb: tab\there"


def test_scenario_error_lists_its_faults_by_file_line_and_column() -> None:
    faults = [
        Fault("e", file="b", line=1, column=1),
        Fault("d", file="a", line=10, column=1),
        Fault("c", file="a", line=2, column=10),
        Fault("b", file="a", line=2, column=9),
        Fault("a"),
    ]
    error = ScenarioError(faults)
    assert [fault.message for fault in error.faults] == ["a", "b", "c", "d", "e"]
    assert str(error) == "a\na:2:9: b\na:2:10: c\na:10:1: d\nb:1:1: e"


def test_scenario_error_survives_the_way_between_processes() -> None:
    error = ScenarioError([Fault("wrong", "a", "x.yaml", 1, 2)])
    again = pickle.loads(pickle.dumps(error))
    assert again.faults == error.faults
    assert str(again) == str(error)


KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, DefectsimError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_exit_codes_tell_our_faults_from_the_users(kind: type[DefectsimError]) -> None:
    assert kind.exit_code == (2 if issubclass(kind, UserError) else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_error_is_exported_and_says_what_it_is(kind: type[DefectsimError]) -> None:
    assert getattr(ds, kind.__name__) is kind
    assert vars(kind)["__doc__"]


@pytest.mark.parametrize("kind", [DefectsimError, UserError, RuleError, StudyError])
def test_an_error_keeps_its_message_between_processes(kind: type[DefectsimError]) -> None:
    assert str(pickle.loads(pickle.dumps(kind("what to do")))) == "what to do"


def test_nearest_names_the_closest_choice_or_nothing() -> None:
    choices = ["general", "soldier", "soldiers_wife"]
    assert nearest("soldeir", iter(choices)) == "; did you mean 'soldier'?"
    assert nearest("weather", choices) == ""
    assert nearest("soldier", []) == ""
