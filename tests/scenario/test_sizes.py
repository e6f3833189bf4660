"""Numbers that size something have upper bounds, and nothing is laid out to find out."""

import time
import tracemalloc
from pathlib import Path

import pytest

import defectsim as ds

SCENARIO = """\
name: tiny
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-04-01}
forces:
  company: {officer: 1, enlisted: 9}
  branches:
    army: {strength: 40, generals: 2}
people: {pay: 10, outside: 200}
policies:
  ban: {lever: travel_ban, value: 0.5, effective: 2018-02-01}
"""
PEOPLE = "is out of bounds: must be between {} and 20,000,000"
SPANS = "1e+300 is out of bounds: must be between 1 and 20,000,000"
DAYS = "1e+300 is out of bounds: must be between {} and 36525"
TIES = "is out of bounds: must be between {} and 5,000,000"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("tiny.yaml")
    path.write_text(SCENARIO)
    return path


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (
            "forces.branches.army.strength",
            "3000000000",
            f"3,000,000,000 {PEOPLE.format(1)}; so many take about 2100 GB of memory",
        ),
        (
            "forces.branches.army.generals",
            "1e300",
            f"1e+300 {PEOPLE.format(0)}; so many take about 7e+293 GB of memory",
        ),
        (
            "forces.company.officer",
            "10000000000",
            f"10,000,000,000 {PEOPLE.format(0)}; so many take about 7000 GB of memory",
        ),
        ("forces.battalion", "1e300", SPANS),
        ("forces.brigade", "1e300", SPANS),
        ("forces.command", "1e300", SPANS),
        ("forces.ties.classes", "1e18", f"1e+18 {TIES.format(1)}"),
        (
            "forces.ties.neighbours",
            "1e9",
            f"1,000,000,000 {TIES.format(0)}; so many take about 500 GB of memory",
        ),
        (
            "replicates",
            "1000000000",
            "1,000,000,000 is out of bounds: must be between 1 and 10,000,000; so many take about "
            "300 GB of memory",
        ),
        ("record.every", "1e300", "1e+300 is out of bounds: must be between 1 and 100,000"),
        ("news.treatment_days", "1e300", DAYS.format(0)),
        ("news.memory_days", "1e300", DAYS.format(1)),
        ("plots.days", "1e300", DAYS.format(1)),
        ("plots.contacts", "1e300", "1e+300 is out of bounds: must be between 0 and 10000"),
        ("command.vacancy_days", "1e300", DAYS.format(0)),
        ("recording.delay_days", "1e300", DAYS.format(0)),
        ("policies.ban.ramp_days", "1e300", DAYS.format(0)),
    ],
)
def test_a_size_has_a_bound_and_what_it_would_take_is_told(
    file: Path, path: str, value: str, fault: str
) -> None:
    assert refused(file, f"{path}={value}") == [fault]


def refused(file: Path, *overrides: str) -> list[str]:
    begun = time.process_time()
    tracemalloc.start()
    with pytest.raises(ds.ScenarioError) as caught:
        ds.load(file, overrides)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6
    assert time.process_time() - begun < 1
    return [fault.message for fault in caught.value.faults]


def test_branches_together_have_a_bound(file: Path) -> None:
    text = SCENARIO.replace("strength: 40", "strength: 15000000")
    file.write_text(text.replace("    army", "    navy: {strength: 15000000}\n    army"))
    assert refused(file) == [
        "all branches together: 30,000,002 is out of bounds: must be between 0 and 20,000,000; so "
        "many take about 21 GB of memory"
    ]


def test_steps_have_a_bound(file: Path) -> None:
    assert refused(file, "clock.end=9999-12-31", "clock.step_days=1") == [
        "from 2018-01-01 to 9999-12-31 there are 2,915,364 steps of 1 day, and 100,000 is the "
        "most: take longer steps"
    ]


def test_ties_of_an_academy_have_a_bound(file: Path) -> None:
    overrides = ["forces.branches.army.strength=1000000", "forces.company.officer=10"]
    assert refused(file, *overrides, "forces.ties.neighbours=100") == [
        "has 26,316,100 ties, which take about 13 GB of memory, and 5,000,000 is the most: take "
        "fewer neighbours"
    ]


def test_an_army_at_the_bound_is_checked_without_laying_it_out(file: Path) -> None:
    from defectsim.scenario.views.outline import outline

    begun = time.process_time()
    tracemalloc.start()
    largest = ds.load(file, ["forces.branches.army.strength=19999998"])
    shown = outline(largest)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6
    assert time.process_time() - begun < 2
    assert [str(line) for line in shown.renderables][3] == "takes about 15 GB of memory"
