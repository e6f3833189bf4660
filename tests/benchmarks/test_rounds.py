import io
import json

import pytest
from benchmarks.contestant import ENGINES, Measured
from benchmarks.plan import FULL, RATIOS, SCENARIO, Task, sized, tasks
from benchmarks.report import Report, interval
from benchmarks.rounds import Entry, Spread, measure, ratios, spread
from benchmarks.start import Start
from benchmarks.study import StudyRun
from benchmarks.sweep import ManyRuns, Round, many_runs
from benchmarks.uncompiled import Round as OneRule
from rich.console import Console

from defectsim.scenario.load import load

SPEED = {"a": 1.0, "b": 0.5, "c": 100.0, "d": 10.0, "e": 90.0}


def entry(number, task, slowness):
    """A measurement in which contestants are as fast as `SPEED` says, on a machine that is slow in some rounds."""
    stepping = 1000 * task.steps * slowness / SPEED[task.letter]
    measured = Measured(people=1000, setup={"compiled rules": 0.25}, stepping=stepping)
    return Entry(number, task, measured, 100.0 + number)


@pytest.fixture
def entries():
    return [entry(number, task, number) for number in (1, 2, 3) for task in tasks()]


def test_army_has_the_size_asked_for():
    for soldiers, generals in ((10_000, 27), (FULL, 1000)):
        branches = load(SCENARIO, sized(soldiers)).forces.branches.values()
        assert sum(int(branch.strength) for branch in branches) == soldiers
        assert sum(int(branch.generals) for branch in branches) == generals


def test_full_run_is_of_260_weeks():
    assert load(SCENARIO).clock.steps == 260


def test_spread():
    assert spread([3, 1, 20]) == Spread(3, 1, 20)


def test_ratios_are_taken_within_rounds(entries):
    for (_, fast, slow), found in ratios(entries).items():
        assert found == pytest.approx([SPEED[fast] / SPEED[slow]] * 3)
    assert len(ratios(entries)) == 3 * len(RATIOS)
    assert spread(one.speed for one in entries if one.task == Task("c", FULL)) == pytest.approx(
        (50, 100 / 3, 100)
    )


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_steps_the_same_people(engine):
    measured = ENGINES[engine](load(SCENARIO, sized(730)), 30)
    assert measured.people == 732
    assert measured.stepping > 0
    assert sum(measured.setup.values()) > 0
    assert 0 < sum(measured.left) < 30


@pytest.mark.long
def test_the_users_rule_does_the_work_of_the_shipped_one():
    shipped, own = (
        ENGINES["compiled"](load(SCENARIO, Task(letter, 10_000).overrides), 260).left
        for letter in "ce"
    )
    assert shipped == own
    assert sum(own) > 100


@pytest.mark.long
def test_another_process_compiles_nothing():
    task = Task("c", 10_000)
    here = ENGINES["compiled"](load(SCENARIO, task.overrides), task.steps)
    there = measure(task, {}).measured
    assert (there.compiled, there.compiling) == (0, 0)
    assert there.left == here.left


def test_report_says_what_was_measured(entries, tmp_path):
    taken = StudyRun("scenarios/some.yaml", 40, 2, 12.0, 0.3, 600.0)
    many = ManyRuns(2_000, [Round(one=20.0, two=10.0, mesa=6.0, bare=0.008, tables=0.0095)])
    uncompiled = [OneRule(mesa=1e6, reference=1.1e6, left_mesa=0.2, left_reference=0.2)]
    report = Report(
        entries, entries[2], entries[2], taken, many, uncompiled, [Start("check", (0.7, 0.6))]
    )
    shown = io.StringIO()
    report.show(Console(file=shown, width=200))
    assert "100 (100–100)" in shown.getvalue()
    assert "0.30 s a replicate, at most 600 MiB" in shown.getvalue()
    assert "2 (2–2) times as fast and 1,200 (1,200–1,200) times the runs" in " ".join(
        shown.getvalue().split()
    )
    assert "executor and store cost 5.26 (5.26–5.26) % more" in " ".join(shown.getvalue().split())
    assert "1.10 M by the reference engine, 1.1 (1.1–1.1) times" in " ".join(
        shown.getvalue().split()
    )
    assert "check 0.65 (0.6–0.7) s" in " ".join(shown.getvalue().split())
    path = report.save(tmp_path)
    data = json.loads(path.read_text())
    assert (tmp_path / "latest.json").read_text() == path.read_text()
    assert data["study"]["seconds_per_replicate"] == 0.3
    assert len(data["rounds"]) == len(entries)
    found = {(one["soldiers"], one["of"], one["to"]): one["median"] for one in data["ratios"]}
    assert found[FULL, "c", "a"] == pytest.approx(100)
    assert data["machine"]["processor"]
    assert data["versions"]["mesa"].startswith("3.")


@pytest.mark.long
def test_many_runs_by_one_worker_by_two_and_by_mesa():
    found = many_runs({}, runs=3, bare=1, mesa=2, rounds=1).rounds[0]
    assert min(found.one, found.two, found.mesa, found.bare) > 0
    assert found.tables > found.bare


def test_numbers_have_three_digits_or_are_whole():
    assert interval(Spread(0.12345, 12.345, 1234.5)) == "0.123 (12.3–1,234)"
