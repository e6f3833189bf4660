"""Findings where engines differ, where an unrelated policy changes events, and where little happens."""

from typing import Any

import pytest

from defectsim.contract import trial_army as engine_parity
from defectsim.contract.report import CheckVerdict
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.contract.trial_army import (
    TrialEvent,
    same_in_both_engines,
    trial_events,
    unrelated_policies,
)
from defectsim.core.choices import RuleKind
from defectsim.rules.bindings import RULE_KINDS, Behaviour, find_rule

SOLDIER = TrialEvent("army-3", "deserts", "2019-02-04", by_rule=True)
GENERAL = TrialEvent("army-general-1", "defects", "2019-01-14", by_rule=False)


@pytest.fixture
def tested() -> RuleUnderTest:
    return RuleUnderTest(find_rule("defectsim.model.soldiers:decide"), None, None)


def replace_events(monkeypatch: pytest.MonkeyPatch, **events: list[TrialEvent]) -> None:
    """Replace the events of the trial army, by engine, or with and without policies."""

    def replaced(
        _: RuleUnderTest, engine: str, seed: int, policies: dict[str, Any]
    ) -> list[TrialEvent]:
        return events.get("moved" if policies and "moved" in events else engine, [])

    monkeypatch.setattr(engine_parity, "trial_events", replaced)


def test_engines_that_differ_are_reported_with_the_first_difference(
    tested: RuleUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_events(monkeypatch, reference=[GENERAL, SOLDIER], compiled=[GENERAL])
    found = same_in_both_engines(tested)
    assert found.failed
    assert (
        found.example
        == "seed 0: army-3 deserts on 2019-02-04 in the reference engine, and not in the compiled engine"
    )


def test_runs_in_which_nobody_left_by_the_rule_give_a_note(
    tested: RuleUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_events(monkeypatch, reference=[GENERAL], compiled=[GENERAL])
    assert same_in_both_engines(tested).verdict is CheckVerdict.NOTE
    replace_events(monkeypatch, reference=[SOLDIER], compiled=[SOLDIER])
    assert same_in_both_engines(tested).verdict is CheckVerdict.PASSED


def test_a_policy_for_nobody_that_changes_events_is_reported(
    tested: RuleUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_events(monkeypatch, reference=[GENERAL], moved=[GENERAL, SOLDIER])
    found = unrelated_policies(tested)
    assert found.failed
    assert "changes events: name country's fields in the code" in found.message
    assert found.example == "seed 0: army-3 deserts on 2019-02-04 with it, and not without it"


@pytest.mark.parametrize("kind", RULE_KINDS)
def test_much_comes_of_the_rule_under_test(kind: RuleKind) -> None:
    tested = RuleUnderTest(Behaviour().decisions.rules[kind], None, kind)
    runs = (trial_events(tested, "reference", seed, {}) for seed in engine_parity.SEEDS)
    assert any({event.by_rule for event in events} == {True, False} for events in runs)
