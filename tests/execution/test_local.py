import threading
from typing import Any

import pytest

from builders import small_scenario
from defectsim.engine.start import Start
from defectsim.execution import local
from defectsim.execution.local import execute


def started(**changes: Any) -> Start:
    start = Start(small_scenario(**changes), 0)
    start.prepare("column")
    return start


@pytest.mark.parametrize("workers", [1, 3])
def test_every_replicate_is_lived_once(workers: int) -> None:
    outcomes = list(execute(started(), 7, workers, "column"))
    assert sorted(outcome.run for outcome in outcomes) == list(range(7))
    assert all(outcome.packed.row["status"] == "done" for outcome in outcomes)


def test_a_replicate_that_fails_is_an_outcome_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = local.live

    def sometimes(start: Start, replicate: int, engine: Any) -> Any:
        if replicate == 2:
            raise ZeroDivisionError("in replicate two")
        return lived(start, replicate, engine)

    monkeypatch.setattr(local, "live", sometimes)
    outcomes = {outcome.run: outcome for outcome in execute(started(), 5, 2, "column")}
    assert [outcomes[n].packed.row["status"] for n in range(5)] == ["done", "done", "failed", "done", "done"]
    assert "ZeroDivisionError: in replicate two" in str(outcomes[2].packed.row["error"])


def test_no_more_than_one_above_the_workers_are_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    lived, hand, most, lock = local.live, set(), [0], threading.Lock()

    def counted(start: Start, replicate: int, engine: Any) -> Any:
        with lock:
            hand.add(replicate)
            most[0] = max(most[0], len(hand))
        return lived(start, replicate, engine)

    monkeypatch.setattr(local, "live", counted)
    for outcome in execute(started(), 30, 2, "column"):
        hand.discard(outcome.run)
    assert most[0] <= 5
