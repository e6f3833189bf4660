import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.peers.contestant import Measured as Runs
from benchmarks.peers.plan import PEERS, Task
from benchmarks.peers.rounds import Entry
from benchmarks.performance import Performance, measurements
from benchmarks.scale import LARGEST, Case, Cost, Measured, cases, measure, too_large
from rich.console import Console
from tools.performance import BEGIN, END, PAGE, page

COST = Cost(
    Case("alike", 10_000, 52),
    Measured(10_027, 52, 381, 83, 0.02, draws=[0.25, 0.3], steps=[0.5, 0.5], tables=[0.25, 0.3]),
    310.0,
)


@pytest.fixture
def performance():
    entries = [
        Entry(1, Task(peer, "quiet", 10_000), Runs([seconds] * 2, [0.0101, 0.0099]), 150.0)
        for peer, seconds in (("defectsim", 0.5), ("numpy-draws", 1.0))
    ]
    return Performance(entries, [COST], [Case("unlike", LARGEST, 260)], (1.5, 2.5))


def test_cost_of_a_replicate_is_that_of_its_parts():
    assert COST.seconds == pytest.approx(1.05)
    assert COST.speed == pytest.approx(10_027 * 52 / 1.05)


def test_the_largest_army_is_measured_on_demand():
    assert max(case.soldiers for case in cases(largest=False)) == 1_000_000
    assert max(case.soldiers for case in cases(largest=True)) == LARGEST
    assert measurements(2, largest=True) - measurements(2, largest=False) == 2


def test_an_army_that_needs_too_much_memory_is_left_out():
    assert not too_large(Case("alike", 20_000, 260), [COST])
    assert too_large(Case("alike", 10**9, 260), [COST])
    assert not too_large(Case("unlike", 10**9, 260), [COST])


@pytest.mark.long
@pytest.mark.parametrize("kind", ["alike", "unlike"])
def test_parts_of_a_replicate_are_timed(kind):
    measured = measure(Case(kind, 400, 3))
    assert measured.weeks == 3
    assert measured.people == 401
    assert (measured.cohorts == measured.people) == (kind == "unlike")
    assert min(*measured.draws, *measured.steps, *measured.tables, measured.setup) > 0


def test_tables_say_what_was_measured(performance):
    shown = io.StringIO()
    performance.show(Console(file=shown, width=200))
    assert "2 (2–2)" in shown.getvalue()
    assert "0.0100 (+0.0)" in shown.getvalue()
    assert not performance.disagreeing


def test_a_peer_that_gives_another_share_is_named(performance):
    other = Entry(1, Task("mesa", "quiet", 10_000), Runs([1.0] * 2, [0.0201, 0.0199]), 150.0)
    wrong = Performance([*performance.entries, other], [COST], [], (0.0, 0.0))
    assert [row.task.peer for row in wrong.disagreeing] == ["mesa"]
    shown = io.StringIO()
    wrong.show(Console(file=shown, width=200))
    assert "does not simulate the same model" in shown.getvalue()


def test_the_page_is_renewed_from_the_file(performance, tmp_path):
    measured = json.loads(performance.save(tmp_path / "performance.json").read_text())
    made = page(f"above\n{BEGIN}\nold\n{END}\nbelow\n", measured)
    assert made.startswith("above\n")
    assert made.endswith(f"{END}\nbelow\n")
    assert "\nold\n" not in made
    assert f"| {PEERS['numpy-draws'].title} | 0.0100 ± 0.0001 | +0.0 |" in made
    assert "| 10,027 | 52 | 381 | 83 | 0.02 | 1.05 |" in made
    assert "half of the memory: all unlike, 10,000,000 soldiers, 260 weeks." in made
    assert page(made, measured) == made


def test_a_peer_that_is_not_there_is_named(performance, tmp_path, monkeypatch):
    monkeypatch.setitem(PEERS, "starsim", replace(PEERS["starsim"], python=Path("nowhere/python")))
    shown = io.StringIO()
    performance.show(Console(file=shown, width=200))
    assert "Starsim is not there: `make bench` could not install it." in shown.getvalue()
    measured = json.loads(performance.save(tmp_path / "performance.json").read_text())
    assert "Starsim could not be had.\n" in page(PAGE.read_text(), measured)


def test_the_page_has_a_place_for_it():
    text = PAGE.read_text()
    assert text.index(BEGIN) < text.index(END)
