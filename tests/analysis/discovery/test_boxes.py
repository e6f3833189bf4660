import numpy as np
import polars as pl
import pytest

from defectsim.analysis.discovery import boxes as discovery
from defectsim.analysis.discovery.boxes import Discovery, discover
from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Numbers
from defectsim.core.randomness import generator

NAMES = [f"x{number}" for number in range(6)]
INPUTS = [Input(name, 0.0, 1.0) for name in NAMES]


def points(seed: int, count: int = 400, inputs: int = 6) -> Numbers:
    return generator(seed, ("points",)).random((count, inputs))


def table(values: Numbers) -> pl.DataFrame:
    return pl.DataFrame(values, NAMES[: values.shape[1]])


def planted(values: Numbers) -> Numbers:
    return (values[:, 0] > 0.2) & (values[:, 0] < 0.5) & (values[:, 3] > 0.6)


@pytest.fixture
def fewer_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of which none may separate cases as well, so that the chance of a box is still 0.05."""
    monkeypatch.setattr(discovery, "SHUFFLES", 19)


@pytest.fixture(scope="module")
def mislabelled() -> Discovery:
    """Of 400 points with a planted box, of which a tenth are wrong."""
    values = points(0)
    wrong = generator(0, ("wrong",)).random(400) < 0.1
    cases = pl.Series([None, *(planted(values) ^ wrong)[1:]], dtype=pl.Boolean)
    return discover(table(values), cases, INPUTS)


def test_a_planted_box_is_found_among_wrong_labels_and_restricts_no_other_input(
    mislabelled: Discovery,
) -> None:
    assert list(mislabelled.box) == ["x0", "x3"]
    assert mislabelled.box["x0"] == pytest.approx((0.2, 0.5), abs=0.05)
    assert mislabelled.box["x3"] == pytest.approx((0.6, 1), abs=0.05)
    assert mislabelled.chance == 0.01


def test_the_box_is_judged_at_points_that_were_not_used_to_find_it(mislabelled: Discovery) -> None:
    values = points(1, 100_000)
    inside = (values[:, 0] > 0.2) & (values[:, 0] < 0.5) & (values[:, 3] > 0.6)
    assert mislabelled.held_out is not None
    assert mislabelled.fitted is not None
    low, high = mislabelled.held_out.density.interval
    assert low < 0.9 < high
    low, high = mislabelled.held_out.coverage.interval
    assert low < 0.9 * inside.mean() / (0.1 + 0.8 * inside.mean()) < high
    assert mislabelled.held_out.density.value < mislabelled.fitted.density.value


def test_what_is_found_is_one_sentence(mislabelled: Discovery) -> None:
    held_out = mislabelled.held_out
    assert held_out is not None
    assert mislabelled.found.startswith("Cases gather in the box x0 from 0.2")
    assert " and x3 above 0." in mislabelled.found
    assert f"this holds {held_out.coverage} of all cases" in mislabelled.found
    assert f"{held_out.density} of its runs are cases" in mislabelled.found
    assert mislabelled.found.endswith("of all runs (judged at points not used to find it).")


def test_failed_runs_are_counted_and_left_out(mislabelled: Discovery) -> None:
    assert (mislabelled.runs, mislabelled.failed) == (399, 1)


def test_each_input_has_its_stability_and_each_restriction_its_quasi_p_value(
    mislabelled: Discovery,
) -> None:
    inputs = mislabelled.inputs
    kept, others = inputs[:2], inputs[2:]
    assert set(kept["input"]) == {"x0", "x3"} == set(mislabelled.binding)
    assert kept["stability"].min() >= discovery.STABLE > others["stability"].max()
    assert kept["quasi_p"].max() < 1e-6
    assert kept["density_lost"].is_sorted(descending=True)
    assert kept["density_lost"].min() > 0.3
    assert others.select("low", "high", "quasi_p", "density_lost").null_count().row(0) == (4,) * 4


def test_the_trajectory_leads_from_all_runs_to_few(mislabelled: Discovery) -> None:
    steps = mislabelled.trajectory
    first, last = steps.row(0, named=True), steps.row(-1, named=True)
    assert (first["runs"], first["coverage"], first["restricted"]) == (399, 1, 0)
    assert first["density"] == pytest.approx(mislabelled.cases / 399)
    assert last["density"] > 2 * first["density"]
    assert steps["points"].is_sorted(descending=True)
    assert steps["coverage"].is_sorted(descending=True)


def test_shuffled_labels_have_no_box() -> None:
    values = points(2, 200)
    cases = generator(2, ("labels",)).permutation(planted(values))
    found = discover(table(values), pl.Series(cases), INPUTS)
    assert found.box == {}
    assert found.fitted is found.held_out is None
    assert found.binding == []
    assert found.chance is not None
    assert found.chance > 0.05
    assert found.found.startswith("No box: boxes found at half of the points separate cases")
    assert f"{round(100 * found.chance) - 1} of 99 shuffles" in found.found
    assert found.inputs["stability"].null_count() == 6


@pytest.mark.usefixtures("fewer_shuffles")
def test_random_labels_pass_for_a_box_in_a_twentieth_of_samples() -> None:
    told = 0
    for seed in range(40):
        cases = generator(seed, ("labels",)).random(40) < 0.4
        found = discover(table(points(seed, 40, 2)), pl.Series(cases), INPUTS[:2], seed=seed)
        told += found.chance == 0.05
    assert told <= 5


@pytest.mark.usefixtures("fewer_shuffles")
def test_few_cases_in_a_box_are_found_without_spurious_restrictions() -> None:
    values = points(3, 500)
    cases = (values[:, 1] > 0.6) & (values[:, 4] < 0.18)
    assert 0.05 < cases.mean() < 0.09
    assert list(discover(table(values), pl.Series(cases), INPUTS).box) == ["x1", "x4"]


@pytest.mark.usefixtures("fewer_shuffles")
def test_whole_numbers_and_yes_and_no_stay_what_they_are() -> None:
    rng = generator(4, ("points",))
    soldiers, amnesty, pay = rng.integers(1, 13, 300), rng.random(300) < 0.5, rng.random(300)
    found = discover(
        pl.DataFrame({"soldiers": soldiers, "amnesty": amnesty, "pay": pay}),
        pl.Series((soldiers > 5) & amnesty),
        [
            Input("soldiers", 1, 12, whole=True),
            Input("amnesty", 0, 1, whole=True),
            Input("pay", 0, 1),
        ],
    )
    assert found.box == {"amnesty": (1, 1), "soldiers": (6, 12)}
    assert all(type(end) is int for ends in found.box.values() for end in ends)
    assert "amnesty is 1 and soldiers at least 6" in found.found


@pytest.mark.usefixtures("fewer_shuffles")
def test_neither_the_order_of_rows_nor_that_of_inputs_matters() -> None:
    values = points(5, 120)
    cases = pl.Series(values[:, 0] > 0.6)
    order = generator(5, ("order",)).permutation(120)
    found = discover(table(values), cases, INPUTS)
    mixed = discover(table(values)[order], cases[order], INPUTS[::-1])
    assert found.box
    assert (found.found, found.box, found.chance) == (mixed.found, mixed.box, mixed.chance)


@pytest.mark.usefixtures("fewer_shuffles")
def test_runs_of_a_point_are_kept_together() -> None:
    """Points whose chances differ for no reason make no box, however many runs tell them apart."""
    apart = together = 0
    for seed in range(4):
        values = points(seed, 40, 2)
        chance = generator(seed, ("chance",)).random(40) < 0.4
        runs = table(np.repeat(values, 3, axis=0))
        cases, label = pl.Series(np.repeat(chance, 3)), pl.Series(range(40)).repeat_by(3).explode()
        for labels in (label, None):
            found = discover(runs, cases, INPUTS[:2], points=labels)
            together += labels is not None and found.chance == 0.05
            apart += labels is None and found.chance == 0.05
    assert apart == 4
    assert together <= 1


def test_too_few_cases_are_no_reason_to_look() -> None:
    values = points(6, 50)
    few = discover(table(values), pl.Series(np.arange(50) < 3), INPUTS)
    assert few.found.startswith("No box: 3 of 50 runs are cases, and it takes 10 points")
    assert (few.chance, few.box, few.cases) == (None, {}, 3)
    nothing = discover(table(values), pl.Series([False] * 50), INPUTS)
    assert nothing.trajectory["coverage"].to_list()[0] == 0


@pytest.mark.usefixtures("fewer_shuffles")
def test_cases_that_gather_in_no_stable_box_are_told_so() -> None:
    """Two signs of the same thing, of which now one and now the other is restricted."""
    values = points(7, 240, 3)
    thing = 0.8 * values[:, [2]]
    values[:, :2] = thing + 0.2 * values[:, :2]
    cases = generator(7, ("cases",)).random(240) < 0.2 + 0.75 * thing[:, 0]
    found = discover(table(values[:, :2]), pl.Series(cases), INPUTS[:2])
    assert found.box == {}
    assert found.chance == 0.05
    assert "which inputs matter differs" in found.found
    assert found.inputs["stability"].max() < discovery.STABLE
