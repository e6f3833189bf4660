import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.test_functions import Ishigami

from defectsim.analysis.intervals import Numbers
from defectsim.analysis.sensitivity import indices as sensitivity
from defectsim.analysis.sensitivity.indices import (
    CHANCE,
    BlockDesign,
    CrossDesign,
    Reading,
    Trajectories,
    morris,
    saltelli,
    screen,
    sobol,
)
from defectsim.core.errors import AnalysisError, MissingExtraError
from defectsim.core.randomness import generator

NAMES = ["x1", "x2", "x3"]
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
"""Indices of Ishigami's function (Ishigami and Homma 1990) with a = 7 and b = 0.1."""
VARIANCE = 13.8445
ACTIVE = [3, 17, 42, 61, 99]


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the time of intervals where only estimates are looked at."""
    monkeypatch.setattr(sensitivity, "RESAMPLES", 20)


def ishigami(design: BlockDesign) -> Numbers:
    values: Numbers = Ishigami.evaluate(np.pi * (2 * design.shares - 1))
    return values


def drawn(design: BlockDesign, seed: int) -> Numbers:
    """Return a standard normal draw of each random seed of a design."""
    return generator(seed, ("noise",)).normal(size=design.seeds.max() + 1)[design.seeds]


def column(reading: Reading, name: str, order: list[str]) -> Numbers:
    found = dict(reading.table.select("name", name).iter_rows())
    return np.array([found[one] for one in order])


def row(reading: Reading, name: str) -> dict[str, Any]:
    return reading.table.row(by_predicate=pl.col("name") == name, named=True)


def test_a_row_crosses_two_points_and_two_seeds() -> None:
    design = saltelli(2, 16, 1)
    points, seeds = design.shares.reshape(16, 5, 2), design.seeds.reshape(16, 5)
    a, *crossed, reseeded, b = points.swapaxes(0, 1)
    for number, point in enumerate(crossed):
        assert (point[:, number] == b[:, number]).all()
        assert (np.delete(point, number, axis=1) == np.delete(a, number, axis=1)).all()
    assert (reseeded == a).all()
    assert seeds[[0, 1, 15]].tolist() == [[0, 0, 0, 1, 1], [2, 2, 2, 3, 3], [30, 30, 30, 31, 31]]
    assert ((design.shares >= 0) & (design.shares < 1)).all()


def test_without_chance_all_points_of_the_same_rows_are_on_one_seed() -> None:
    design, with_chance = saltelli(2, 16, 1, chance=False), saltelli(2, 16, 1)
    assert not design.seeds.any()
    assert (
        design.shares.reshape(16, 4, 2) == with_chance.shares.reshape(16, 5, 2)[:, [0, 1, 2, 4]]
    ).all()


def test_a_design_is_that_of_its_seed_and_grows_without_changing() -> None:
    assert (saltelli(3, 32, 7).shares[: 16 * 6] == saltelli(3, 16, 7).shares).all()
    assert (saltelli(3, 32, 7).seeds[: 16 * 6] == saltelli(3, 16, 7).seeds).all()
    assert (saltelli(3, 16, 7).shares != saltelli(3, 16, 8).shares).any()
    assert (morris(3, 20, 4, 7).shares[: 10 * 4] == morris(3, 10, 4, 7).shares).all()
    assert (morris(3, 10, 4, 7).shares != morris(3, 10, 4, 8).shares).any()


def test_a_trajectory_moves_each_input_once_on_its_own_seed() -> None:
    design = morris(5, 10, 4, 1)
    steps = np.diff(design.shares.reshape(10, 6, 5), axis=1)
    assert ((steps != 0).sum(axis=1) == 1).all()
    assert ((steps != 0).sum(axis=2) == 1).all()
    assert np.abs(steps).sum(axis=2) == pytest.approx(2 / 3)
    assert design.seeds.tolist() == np.repeat(np.arange(10), 6).tolist()
    assert design.shares.min() == 0
    assert design.shares.max() < 1


@pytest.mark.parametrize("rows", [0, 8, 100])
def test_rows_that_are_no_power_of_two_or_too_few_are_refused(rows: int) -> None:
    with pytest.raises(AnalysisError, match="ask for a power of two from 16"):
        saltelli(3, rows, 1)


def test_few_trajectories_and_odd_levels_are_refused() -> None:
    with pytest.raises(AnalysisError, match="9 trajectories tell too little"):
        morris(3, 9, 4, 1)
    with pytest.raises(AnalysisError, match="5 levels have no middle"):
        morris(3, 10, 5, 1)


def test_without_salib_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(MissingExtraError, match=r"SALib.*pip install 'defectsim\[drivers\]'"):
        saltelli(3, 16, 1)


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize(("rows", "typical", "worst"), [(1_024, 0.015, 0.03), (4_096, 0.01, 0.02)])
def test_indices_of_ishigami_are_found_on_eight_scrambles(
    rows: int, typical: float, worst: float
) -> None:
    errors = []
    for seed in range(8):
        design = saltelli(3, rows, seed, chance=False)
        found = sobol(design, NAMES, ishigami(design), 0)
        errors += [column(found, "first", NAMES) - FIRST, column(found, "total", NAMES) - TOTAL]
    assert np.abs(errors).max() < worst
    assert np.sqrt(np.square(errors).mean(axis=0)).max() < typical


@pytest.mark.usefixtures("few_resamples")
def test_noise_as_large_as_the_signal_halves_all_indices_and_chance_has_the_other_half() -> None:
    order = [*NAMES, CHANCE]
    for seed in range(8):
        design = saltelli(3, 4_096, seed)
        found = sobol(design, NAMES, ishigami(design) + VARIANCE**0.5 * drawn(design, seed), 0)
        assert column(found, "first", order) == pytest.approx([*FIRST / 2, 0.5], abs=0.05)
        assert column(found, "total", order) == pytest.approx([*TOTAL / 2, 0.5], abs=0.05)


@pytest.mark.usefixtures("few_resamples")
def test_a_chance_moved_by_one_input_has_its_known_indices() -> None:
    design = saltelli(2, 4_096, 5)
    uniform = generator(5, ("noise",)).random(design.seeds.max() + 1)[design.seeds]
    falls = uniform < 0.2 + 0.6 * design.shares[:, 0]
    found = sobol(design, ["moves", "inert"], falls.astype(float), 0)
    order = ["moves", "inert", CHANCE]
    assert column(found, "first", order) == pytest.approx([0.12, 0, 0.6], abs=0.05)
    assert column(found, "total", order) == pytest.approx([0.4, 0, 0.88], abs=0.05)
    assert found.table["name"].to_list() == [CHANCE, "moves", "inert"]


def test_estimates_are_those_of_salib_wherever_the_outcome_lies() -> None:
    design = saltelli(3, 64, 3)
    outcome = ishigami(design) + drawn(design, 3)
    problem = {"num_vars": 4, "names": [*NAMES, CHANCE], "bounds": [[0, 1]] * 4}
    theirs = salib_sobol.analyze(problem, outcome, calc_second_order=False, seed=1)
    for scaled in (outcome, 1e-4 * outcome, outcome + 1e6):
        ours = sobol(design, NAMES, scaled, 0)
        assert column(ours, "first", [*NAMES, CHANCE]) == pytest.approx(theirs["S1"], abs=1e-6)
        assert column(ours, "total", [*NAMES, CHANCE]) == pytest.approx(theirs["ST"], abs=1e-6)


def test_intervals_cover_the_indices_as_often_as_they_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sensitivity, "RESAMPLES", 199)
    truth, order = np.array([FIRST / 2, TOTAL / 2]), NAMES
    covered = []
    for seed in range(40):
        design = saltelli(3, 128, seed)
        found = sobol(design, NAMES, ishigami(design) + VARIANCE**0.5 * drawn(design, seed), seed)
        low, high = (
            np.array([column(found, f"{index}_{end}", order) for index in ("first", "total")])
            for end in ("low", "high")
        )
        covered.append((low <= truth) & (truth <= high))
    assert np.mean(covered) > 0.85


def test_intervals_are_those_of_their_seed() -> None:
    design = saltelli(3, 64, 3)
    found = sobol(design, NAMES, ishigami(design), 1)
    assert found.table.equals(sobol(design, NAMES, ishigami(design), 1).table)
    assert not found.table.equals(sobol(design, NAMES, ishigami(design), 2).table)


def test_an_inert_input_has_no_index_and_no_direction_under_keyed_noise() -> None:
    design = saltelli(2, 256, 2)
    found = sobol(design, ["moves", "inert"], design.shares[:, 0] + drawn(design, 2), 0)
    inert = row(found, "inert")
    assert [inert[name] for name in ("first", "total", "total_low", "total_high")] == [0] * 4
    assert inert["direction"] == "no direction"


def test_directions_are_told_and_chance_has_none() -> None:
    design = saltelli(3, 256, 4)
    up, down, both = design.shares.T
    outcome = up - down + 4 * np.square(both - 0.5) + 0.1 * drawn(design, 4)
    found = sobol(design, NAMES, outcome, 0)
    told = [row(found, name)["direction"] for name in [*NAMES, CHANCE]]
    assert told == ["up", "down", "no direction", None]
    assert row(found, "x3")["total_low"] > 0.1


def test_a_perfect_direction_has_an_interval_without_width() -> None:
    design = saltelli(1, 16, 4, chance=False)
    found = row(sobol(design, ["x"], -np.exp(design.shares[:, 0]), 0), "x")
    assert (found["correlation_low"], found["correlation_high"]) == pytest.approx((-1, -1))


def test_of_inert_inputs_at_most_one_in_ten_gets_a_direction() -> None:
    design = saltelli(50, 64, 6)
    found = sobol(design, [str(number) for number in range(50)], drawn(design, 6), 0)
    assert (found.table["direction"] != "no direction").sum() <= 10
    assert row(found, CHANCE)["total"] == pytest.approx(1, abs=0.3)


def test_rows_with_a_failed_run_are_left_out_and_counted() -> None:
    design = saltelli(3, 64, 3)
    outcome = ishigami(design)
    outcome[[0, 1, 60]] = np.nan
    found = sobol(design, NAMES, outcome, 0)
    assert (found.blocks, found.left_out, found.failed) == (62, 2, 3)
    kept = np.delete(ishigami(design).reshape(64, 6), [0, 10], axis=0).ravel()
    rest = CrossDesign(
        np.delete(design.shares.reshape(64, 6, 3), [0, 10], axis=0).reshape(-1, 3),
        np.delete(design.seeds.reshape(64, 6), [0, 10], axis=0).ravel(),
        62,
    )
    assert found.table.equals(sobol(rest, NAMES, kept, 0).table)


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (np.full(96, 3.0), "the outcome is 3 in all runs that were read"),
        (np.where(np.arange(96) == 6, 1e6, 0), "a few runs make all the difference"),
        (np.where(np.arange(96) % 12, 1, np.nan), "8 rows are without a failed run, and 10"),
        (np.full(96, np.nan), "0 rows are without a failed run"),
    ],
)
def test_an_outcome_that_tells_nothing_has_a_sentence_and_no_indices(
    outcome: Numbers, fault: str
) -> None:
    found = sobol(saltelli(3, 16, 1), NAMES, outcome, 0)
    assert found.table.is_empty()
    assert found.fault is not None
    assert fault in found.fault


def test_outcomes_that_are_not_one_a_point_are_refused() -> None:
    with pytest.raises(AnalysisError, match="the design has 96 points, and the outcome 90 values"):
        sobol(saltelli(3, 16, 1), NAMES, np.zeros(90), 0)


def planted(design: BlockDesign) -> Numbers:
    """Return an outcome of five active inputs, two of which act through each other."""
    a, b, c, d, e = design.shares[:, ACTIVE].T
    outcome: Numbers = 2 * a - 1.5 * b + np.square(c) + 3 * d * e
    return outcome


def hundred() -> tuple[Trajectories, list[str]]:
    return morris(100, 20, 4, 11), [f"x{number}" for number in range(100)]


def test_five_active_inputs_among_a_hundred_rank_first_and_alone_are_kept() -> None:
    design, names = hundred()
    found = screen(design, names, planted(design) + 5 * drawn(design, 1), 0).table
    assert set(found["name"][:5]) == {f"x{number}" for number in ACTIVE}
    assert found.filter("kept").height == 5
    assert found["mu_star_high"][5:].max() == pytest.approx(0, abs=1e-9)


def test_active_inputs_rank_first_even_if_each_step_disturbs_all_draws() -> None:
    design, names = hundred()
    noise: NDArray[np.float64] = generator(1, ("noise",)).normal(size=len(design.seeds))
    found = screen(design, names, planted(design) + 0.1 * noise, 0).table
    assert set(found["name"][:5]) == {f"x{number}" for number in ACTIVE}
    assert found["kept"][:5].all()
    assert found["mu_star_low"].min() > 0.05


def test_a_screening_is_that_of_salib_with_bounds_around_it() -> None:
    design = morris(3, 12, 4, 5)
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[0, 1]] * 3}
    theirs = salib_morris.analyze(problem, design.shares, ishigami(design), num_levels=4, seed=1)
    ours = screen(design, NAMES, ishigami(design), 0)
    for name in ("mu_star", "sigma"):
        found = column(ours, name, NAMES)
        assert found == pytest.approx(np.array(theirs[name]), rel=1e-9)
        assert (column(ours, f"{name}_low", NAMES) <= found + 1e-9).all()
    half = np.array(theirs["mu_star_conf"])
    ends = column(ours, "mu_star_high", NAMES) - column(ours, "mu_star_low", NAMES)
    assert ends == pytest.approx(2 * half * 1.645 / 1.96, rel=0.35, abs=1e-6)


def test_trajectories_with_a_failed_run_are_left_out_and_counted() -> None:
    design = morris(3, 12, 4, 5)
    outcome = ishigami(design)
    outcome[[0, 5]] = np.nan
    found = screen(design, NAMES, outcome, 0)
    assert (found.blocks, found.left_out, found.failed) == (10, 2, 2)
    outcome[9] = np.nan
    assert screen(design, NAMES, outcome, 0).fault == (
        "9 trajectories are without a failed run, and 10 are the fewest"
    )


def test_an_outcome_that_only_chance_moves_keeps_no_input() -> None:
    design = morris(3, 20, 4, 5)
    found = screen(design, NAMES, drawn(design, 1), 0)
    assert found.table["mu_star"].to_list() == [0, 0, 0]
    assert not found.table["kept"].any()


def test_differences_by_rounding_alone_are_none() -> None:
    design = saltelli(2, 16, 0)
    outcome = (np.arange(len(design.seeds)) + 2.1) - np.arange(len(design.seeds))
    assert np.ptp(outcome) > 0
    assert "is 2.1 in all runs" in str(sobol(design, ["a", "b"], outcome, 0).fault)
