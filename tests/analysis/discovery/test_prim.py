from itertools import pairwise

import numpy as np
import pytest

from defectsim.analysis.discovery.prim import (
    FEWEST,
    FOREMOST,
    Box,
    Sample,
    association,
    best_box,
    foremost,
    paste,
    peel,
)
from defectsim.analysis.intervals import Numbers
from defectsim.core.randomness import generator


def planted(seed: int, points: int = 1_000, inputs: int = 6) -> Sample:
    """Points that are cases where the first input is between 0.2 and 0.5 and the fourth above 0.6."""
    values = generator(seed, ("planted", inputs)).random((points, inputs))
    return sample(values, (values[:, 0] > 0.2) & (values[:, 0] < 0.5) & (values[:, 3] > 0.6))


def sample(values: Numbers, cases: Numbers) -> Sample:
    return Sample(values, np.ones(len(values)), cases.astype(float))


def mislabelled(of: Sample, seed: int, share: float = 0.1) -> Sample:
    wrong = generator(seed, ("wrong",)).random(len(of.runs)) < share
    return of._replace(cases=np.where(wrong, 1 - of.cases, of.cases))


def whole(inputs: int) -> Box:
    return Box(np.full((2, inputs), -np.inf))


@pytest.mark.parametrize("seed", range(20))
def test_a_planted_box_is_found_with_nearly_all_cases_and_little_else(seed: int) -> None:
    of = planted(seed)
    box = best_box(of)
    inside = box.holds(of.inputs)
    assert of.cases[inside].sum() >= 0.95 * of.cases.sum()
    assert of.cases[inside].mean() >= 0.95
    assert {0, 3} <= set(box.restricted())
    assert box.ends[[0, 1, 0], [0, 0, 3]] == pytest.approx([0.2, -0.5, 0.6], abs=0.04)


def test_association_is_the_correlation_of_two_marks() -> None:
    of = mislabelled(planted(0), 0)
    inside = of.inputs[:, 0] < 0.5
    assert association(of, inside) == pytest.approx(np.corrcoef(inside, of.cases)[0, 1])


def test_association_changes_its_sign_alone_where_cases_and_others_change_places() -> None:
    of = planted(0)
    inside = of.inputs[:, 3] > 0.5
    others = of._replace(cases=of.runs - of.cases)
    assert association(others, inside) == pytest.approx(-association(of, inside))


def test_all_points_and_none_are_associated_with_nothing() -> None:
    of = planted(0)
    assert association(of, np.ones(1_000, bool)) == association(of, np.zeros(1_000, bool)) == 0


def test_wrong_labels_leave_the_planted_box_the_best() -> None:
    of = mislabelled(planted(1, 4_000), 1, 0.25)
    box = best_box(of)
    assert box.ends[[0, 1, 0], [0, 0, 3]] == pytest.approx([0.2, -0.5, 0.6], abs=0.06)


def test_a_step_takes_a_twentieth_of_the_points_from_one_end() -> None:
    steps = peel(planted(2))
    assert [step.points for step in steps[:4]] == [1_000, 950, 903, 858]
    for before, after in pairwise(steps):
        assert (after.box.ends != before.box.ends).sum() == 1


def test_peeling_ends_at_cases_alone_or_at_the_fewest_points() -> None:
    assert (last := peel(planted(2))[-1]).cases == last.runs
    assert peel(mislabelled(planted(2), 2, 0.4))[-1].points == FEWEST


def test_steps_tell_what_their_boxes_hold() -> None:
    of = planted(3)._replace(runs=np.full(1_000, 3.0))
    for step in peel(of):
        inside = step.box.holds(of.inputs)
        held = (inside.sum(), of.runs[inside].sum(), of.cases[inside].sum())
        assert held == step[1:]


def test_points_of_one_value_are_peeled_together() -> None:
    values = np.repeat(np.arange(4.0), 50)[:, None]
    steps = peel(sample(values, values[:, 0] >= 2))
    assert [step.points for step in steps] == [200, 150, 100]
    assert steps[-1].box.ends.tolist() == [[1.5], [-np.inf]]


def test_an_input_of_one_value_is_left_alone() -> None:
    of = planted(4)
    constant = np.column_stack([np.full(1_000, 7.0), of.inputs])
    assert best_box(of._replace(inputs=constant)).restricted() == [1, 4]


def test_values_with_no_number_between_them_are_told_apart() -> None:
    values = np.array([1.0, np.nextafter(1.0, 2)]).repeat(50)[:, None]
    assert best_box(sample(values, values[:, 0] > 1)).holds(values).tolist() == [False] * 50 + (
        [True] * 50
    )


def test_the_order_of_points_does_not_matter() -> None:
    of = mislabelled(planted(5), 5)
    mixed = of.take(generator(5, ("order",)).permutation(1_000))
    assert np.array_equal(best_box(of).ends, best_box(mixed).ends)


def test_a_run_weighs_as_much_whether_points_have_one_or_three() -> None:
    of = mislabelled(planted(6), 6)
    tripled = of._replace(runs=3 * of.runs, cases=3 * of.cases)
    assert np.array_equal(best_box(of).ends, best_box(tripled).ends)


def test_pasting_widens_a_box_that_is_too_narrow_and_lifts_what_does_nothing() -> None:
    of = planted(7)
    narrow = whole(6).moved(0, 3, 0.75).moved(0, 0, 0.3).moved(1, 0, -0.4).moved(0, 5, -0.5)
    wide = paste(of, narrow)
    assert wide.restricted() == [0, 3]
    assert wide.ends[[0, 1, 0], [0, 0, 3]] == pytest.approx([0.2, -0.5, 0.6], abs=0.04)


def test_where_there_are_no_cases_the_box_is_everything() -> None:
    of = planted(8)
    assert best_box(of._replace(cases=np.zeros(1_000))).restricted() == []
    assert best_box(of._replace(cases=np.ones(1_000))).restricted() == []


def test_of_many_inputs_those_are_tried_of_which_one_cut_says_most() -> None:
    of = mislabelled(planted(9, inputs=100), 9)
    tried = foremost(of)
    assert len(tried) == FOREMOST
    assert {0, 3} <= set(tried)
    assert {0, 3} <= set(best_box(of).restricted())
    assert foremost(planted(9)) == list(range(6))


def test_a_box_can_be_sought_among_some_inputs_alone() -> None:
    assert best_box(planted(10), [2, 3]).restricted() == [3]
