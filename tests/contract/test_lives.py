"""What is said where engines differ, where a policy moves whom it should not, and where nothing happens."""

from typing import Any

import pytest

from defectsim.contract import engine_parity as lives
from defectsim.contract.cases import KINDS, Kind
from defectsim.contract.engine_parity import Event, lived
from defectsim.contract.report import Verdict
from defectsim.contract.rule_under_test import Subject, subject_of
from defectsim.rules.bindings import Behaviour, find_rule

SOLDIER = Event("army-3", "deserts", "2019-02-04", by_rule=True)
GENERAL = Event("army-general-1", "defects", "2019-01-14", by_rule=False)


@pytest.fixture
def subject() -> Subject:
    return subject_of(find_rule("defectsim.model.soldiers:decide"), None, None)


def pretend(monkeypatch: pytest.MonkeyPatch, **events: list[Event]) -> None:
    """Let lives be such as no engine here lives them: by engine, or with and without policies."""

    def pretended(_: Subject, engine: str, seed: int, policies: dict[str, Any]) -> list[Event]:
        return events.get("moved" if policies and "moved" in events else engine, [])

    monkeypatch.setattr(lives, "lived", pretended)


def test_engines_that_differ_are_told_with_the_first_difference(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, reference=[GENERAL, SOLDIER], compiled=[GENERAL])
    found = lives.same_lives(subject)
    assert found.failed
    assert (
        found.example
        == "seed 0: army-3 deserts on 2019-02-04 in the reference engine, and not in the compiled engine"
    )


def test_lives_in_which_nobody_left_by_the_rule_say_little(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, reference=[GENERAL], compiled=[GENERAL])
    assert lives.same_lives(subject).verdict is Verdict.NOTE
    pretend(monkeypatch, reference=[SOLDIER], compiled=[SOLDIER])
    assert lives.same_lives(subject).verdict is Verdict.PASSED


def test_a_policy_for_nobody_that_moves_somebody_is_told(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, reference=[GENERAL], moved=[GENERAL, SOLDIER])
    found = lives.unrelated_policies(subject)
    assert found.failed
    assert "moves people: name country's fields in the code" in found.said
    assert found.example == "seed 0: army-3 deserts on 2019-02-04 with it, and not without it"


@pytest.mark.parametrize("kind", KINDS)
def test_much_comes_of_the_rule_that_is_tried(kind: Kind) -> None:
    tried = subject_of(Behaviour().decisions.rules[kind], None, kind)
    events = [event for seed in lives.SEEDS for event in lived(tried, "reference", seed, {})]
    assert {event.by_rule for event in events} == {True, False}
