import datetime as dt

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.discovery.cases import in_words, plain_box, read_sample, share
from defectsim.analysis.discovery.prim import Box
from defectsim.analysis.inputs import Input
from defectsim.core.errors import AnalysisError

PAY, PRICE = Input("pay", 0.0, 1.0), Input("price", 0.01, 100.0, log=True)
SOLDIERS, AMNESTY = Input("soldiers", 1, 9, whole=True), Input("amnesty", 0, 1, whole=True)
TABLE = pl.DataFrame(
    {
        "pay": [0.5, 0.1, 0.5, 0.9],
        "price": [1.0, 10.0, 1.0, 100.0],
        "soldiers": [3, 1, 3, 9],
        "amnesty": [True, False, True, False],
    }
)
CASES = pl.Series([True, False, False, None])


def test_each_run_has_a_point_of_its_own_and_failed_runs_are_left_out() -> None:
    of = read_sample(TABLE, CASES, [PAY, SOLDIERS])
    assert of.inputs.tolist() == [[0.1, 1], [0.5, 3], [0.5, 3]]
    assert (of.runs.tolist(), of.cases.tolist()) == ([1, 1, 1], [0, 0, 1])


def test_runs_of_one_point_are_counted_together() -> None:
    of = read_sample(TABLE, CASES, [PAY], pl.Series(["a", "b", "a", "c"]))
    assert of.inputs.tolist() == [[0.1], [0.5]]
    assert (of.runs.tolist(), of.cases.tolist()) == ([1, 2], [0, 1])


def test_runs_of_one_point_with_other_inputs_are_refused() -> None:
    with pytest.raises(AnalysisError, match="runs of point 'a' differ in their inputs"):
        read_sample(TABLE, CASES, [PAY], pl.Series(["a", "a", "b", "c"]))


def test_a_sample_does_not_depend_on_the_order_of_rows() -> None:
    of = read_sample(TABLE, CASES, [PAY])
    reversed_ = read_sample(TABLE.reverse(), CASES.reverse(), [PAY])
    assert all(np.array_equal(one, other) for one, other in zip(of, reversed_, strict=True))


def test_yes_and_no_are_1_and_0_and_a_log_scale_is_read_as_logarithms() -> None:
    of = read_sample(TABLE, CASES, [AMNESTY, PRICE])
    assert of.inputs.tolist() == [[0, pytest.approx(np.log(10))], [1, 0], [1, 0]]


@pytest.mark.parametrize("column", [["a", "b", "a", "b"], [dt.date(2019, 1, 1)] * 4])
def test_words_and_dates_are_refused(column: list[object]) -> None:
    with pytest.raises(AnalysisError, match=r"pay has the type .* leave it out"):
        read_sample(TABLE.with_columns(pay=pl.Series(column)), CASES, [PAY])


def test_an_unknown_input_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AnalysisError, match=r"'pays' is no input .* did you mean 'pay'"):
        read_sample(TABLE, CASES, [Input("pays", 0, 1)])


@pytest.mark.parametrize("wrong", [1.5, None, float("nan")])
def test_a_value_beyond_the_range_or_none_is_refused(wrong: float | None) -> None:
    table = TABLE.with_columns(pay=pl.Series([0.5, 0.1, 0.5, wrong]))
    with pytest.raises(AnalysisError, match="pay has values beyond its range, 0 to 1"):
        read_sample(table, CASES, [PAY])


def test_cases_are_true_or_false() -> None:
    with pytest.raises(AnalysisError, match="cases must be true or false"):
        read_sample(TABLE, pl.Series([1, 0, 0, 1]), [PAY])


def test_without_a_run_that_ended_well_there_is_no_sample() -> None:
    with pytest.raises(AnalysisError, match="no run ended well"):
        read_sample(TABLE, pl.Series([None] * 4, dtype=pl.Boolean), [PAY])


def test_the_only_input_may_have_a_log_scale() -> None:
    table = pl.DataFrame({"price": [1.0, 10.0, 100.0]})
    of = read_sample(table, pl.Series([True, False, True]), [PRICE])
    assert of.inputs.ravel().tolist() == pytest.approx(np.log([1, 10, 100]).tolist())


def test_a_log_scale_has_no_zero() -> None:
    with pytest.raises(AnalysisError, match="price has a log scale"):
        read_sample(TABLE, CASES, [PRICE._replace(low=0)])


@pytest.mark.parametrize(
    ("item", "low", "high", "plain", "words"),
    [
        (PAY, 0.25, np.inf, (0.25, 1), "pay above 0.25"),
        (PAY, -np.inf, 0.5, (0, 0.5), "pay below 0.50"),
        (PAY, 0.25, 0.5, (0.25, 0.5), "pay from 0.25 to 0.50"),
        (SOLDIERS, 2.5, np.inf, (3, 9), "soldiers at least 3"),
        (SOLDIERS, -np.inf, 4.5, (1, 4), "soldiers at most 4"),
        (SOLDIERS, 2.5, 3.5, (3, 3), "soldiers is 3"),
        (AMNESTY, 0.5, np.inf, (1, 1), "amnesty is 1"),
        (AMNESTY, -np.inf, 0.5, (0, 0), "amnesty is 0"),
        (PRICE, np.log(0.0234), np.inf, (0.0234, 100), "price above 0.0234"),
        (PRICE, -np.inf, np.log(2), (0.01, 2), "price below 2"),
    ],
)
def test_a_box_is_told_within_the_range_of_its_inputs(
    item: Input, low: float, high: float, plain: tuple[float, float], words: str
) -> None:
    ends = plain_box(Box(np.array([[low], [-high]])), [item])
    assert ends == {item.name: pytest.approx(plain)}
    assert [type(end) for end in ends[item.name]] == [int if item.whole else float] * 2
    assert in_words(ends, [item]) == words


def test_a_box_tells_only_the_inputs_that_it_restricts() -> None:
    found = Box(np.array([[0.2, -np.inf, 3.5], [-np.inf, -np.inf, -np.inf]]))
    ends = plain_box(found, [PAY, AMNESTY, SOLDIERS])
    assert ends == {"pay": (0.2, 1), "soldiers": (4, 9)}
    assert in_words(ends, [PAY, AMNESTY, SOLDIERS]) == "pay above 0.20 and soldiers at least 4"


def test_a_share_is_told_with_its_interval() -> None:
    assert str(share(np.ones(30), np.ones(30))) == "100.0 [90.5–100.0] %"
