"""Mutants of shipped files are accepted or refused with a place: a few of those of ``make fuzz``."""

import random
from pathlib import Path

import pytest
from tools.fuzz.mutations import mangled, mutated
from tools.fuzz.trial import Fuzz


def test_mutants_are_refused_with_a_place_or_run_without_losing_anybody(tmp_path: Path) -> None:
    fuzz = Fuzz(Path("scenarios"), tmp_path, seed=3)
    for name, file, scenario in fuzz.mutants(50):
        if fuzz.findings.runs < 3:
            fuzz.run(name, file, scenario)
    assert fuzz.findings.faults == []
    assert fuzz.findings.cases == 50
    assert fuzz.findings.accepted >= 4
    assert fuzz.findings.runs == 3


def test_a_fault_of_ours_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("tools.fuzz.trial._load", broken)
    fuzz = Fuzz(Path("scenarios"), tmp_path, seed=3)
    assert [*fuzz.mutants(2)] == []
    assert fuzz.findings.kinds == {"traceback": 2}
    assert all("KeyError: 'oops'" in fault for fault in fuzz.findings.faults)
    assert len(fuzz.findings.faults) == 2


def test_a_mutant_is_another_and_the_same_for_one_seed() -> None:
    data = {"name": "x", "clock": {"start": 1, "end": [2, 3]}}
    for number in range(50):
        one, two = (mutated(data, [data], random.Random(number)) for _ in range(2))
        assert one == two
        assert mangled("a: 1\nb: 2\n", random.Random(number)) == mangled(
            "a: 1\nb: 2\n", random.Random(number)
        )
    different = [mutated(data, [data], random.Random(number)) != data for number in range(50)]
    assert sum(different) > 35
    assert data == {"name": "x", "clock": {"start": 1, "end": [2, 3]}}
