import json
import sys
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from benchmarks.peers import by_mesa, by_numba, by_numpy
from benchmarks.peers.contestant import Measured
from benchmarks.peers.model import VARIANTS, WEEK, traits
from benchmarks.peers.plan import PEERS, SIMPLEST, Task, tasks
from benchmarks.peers.rounds import APART, Entry, measure, summarize
from benchmarks.plan import SIZES

LIVELY = VARIANTS["lively"]


def entry(peer, number, seconds, shares):
    return Entry(
        number, Task(peer, "quiet", 1_000), Measured([seconds] * len(shares), shares), 100.0
    )


@pytest.mark.parametrize("p", VARIANTS.values(), ids=VARIANTS)
def test_thresholds_give_the_same_runs_scanned_and_skipped(p):
    found = [
        prepare(p, 5_000, 3)()
        for prepare in (by_numpy.thresholds, by_numba.every_person, by_numba.exact_skipping)
    ]
    assert found[0] > 0
    assert np.ptp(found) <= 1 / 5_000


def test_a_third_leaves_the_lively_army_and_one_in_a_hundred_the_quiet_one():
    assert by_numpy.draws(LIVELY, 50_000, 1)() == pytest.approx(1 / 3, abs=0.02)
    assert by_numpy.draws(VARIANTS["quiet"], 50_000, 1)() == pytest.approx(0.01, abs=0.002)


def test_an_agent_of_mesa_has_the_rate_of_numpy():
    army, who = by_mesa.Army(LIVELY, 50, 1), traits(50, np.random.default_rng(1))
    army.gone = 10
    army.step()
    chances = by_numpy.hazards(who, LIVELY, 0.2, np.empty(50, np.float32))
    rates = [LIVELY.base * np.exp(one.hunger + army.weight * one.grievance) for one in army.agents]
    assert army.weight == 1.0 + LIVELY.contagion * 0.2
    assert set(np.float32(np.multiply(rates, WEEK)).round(7)) <= set(chances.round(7))


def test_every_peer_that_is_there_measures_every_army_of_its_own():
    of_round = list(tasks(tuple(VARIANTS)))
    for name, peer in PEERS.items():
        own = [task for task in of_round if task.peer == name]
        assert len(own) == (len(peer.sizes) * len(VARIANTS) if peer.there else 0)
    assert {task.people for task in of_round} == set(SIZES)


def test_a_peer_that_is_not_there_is_not_measured(monkeypatch):
    monkeypatch.setitem(PEERS, "mesa", replace(PEERS["mesa"], python=Path("nowhere/python")))
    assert "mesa" not in {task.peer for task in tasks(tuple(VARIANTS))}
    monkeypatch.setitem(PEERS, "starsim", replace(PEERS["starsim"], python=Path(sys.executable)))
    assert "starsim" in {task.peer for task in tasks(tuple(VARIANTS))}


def test_ratios_are_taken_within_rounds_and_shares_compared_with_the_simplest():
    shares = {"defectsim": [0.2, 0.22], SIMPLEST: [0.2, 0.22], "mesa": [0.3, 0.32]}
    speeds = {"defectsim": 1.0, SIMPLEST: 2.0, "mesa": 8.0}
    entries = [
        entry(peer, number, speeds[peer] * number, shares[peer])
        for number in (1, 2)
        for peer in shares
    ]
    rows = {row.task.peer: row for row in summarize(entries)}
    assert rows["mesa"].ratio == pytest.approx((8, 8, 8))
    assert rows["mesa"].speed.median == pytest.approx(1_000 * 260 * (1 / 8 + 1 / 16) / 2)
    scatter = sqrt(3 * 0.0004 / 9)
    assert rows["mesa"].share.error == pytest.approx(scatter / 2)
    assert rows["mesa"].share.apart == pytest.approx(0.1 / (scatter / sqrt(2)))
    assert rows["mesa"].share.apart > APART > abs(rows["defectsim"].share.apart)
    assert rows[SIMPLEST].share.apart == 0


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, peer in PEERS.items() if peer.there])
def test_a_peer_is_measured_in_a_process_of_its_own(name):
    entries = [measure(Task(one, "lively", 2_000), {}, 1) for one in {name, SIMPLEST, "defectsim"}]
    (row,) = (row for row in summarize(entries) if row.task.peer == name)
    assert abs(row.share.apart) < APART
    assert row.speed.median > 0
    assert json.dumps(row.data())
