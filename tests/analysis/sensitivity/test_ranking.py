import polars as pl
import pytest

from defectsim.analysis.sensitivity.indices import CHANCE, Reading
from defectsim.analysis.sensitivity.ranking import ranking
from defectsim.core.errors import AnalysisError
from defectsim.scenario.numbers import Grade

Total = tuple[float, float, float]


def reading(failed: int = 0, left_out: int = 0, **totals: Total) -> Reading:
    """Return a reading of inputs with so high a total index, its lower bound and its upper one."""
    rows = [
        {"name": name, "total": total, "total_low": low, "total_high": high}
        for name, (total, low, high) in totals.items()
    ]
    table = pl.DataFrame(rows).sort("total", descending=True)
    return Reading(table, 1_024 - left_out, left_out, failed)


def inputs(**grades: Grade) -> pl.DataFrame:
    rows = [
        {"name": name, "meaning": f"what {name} is", "range": "0 to 1", "grade": str(grade)}
        for name, grade in grades.items()
    ]
    return pl.DataFrame(rows)


GRADES = inputs(pay=Grade.REPORTED, perks=Grade.ASSUMED, fear=Grade.UNSOURCED, hope=Grade.ESTIMATED)
HALF = {CHANCE: (0.5, 0.44, 0.56)}


def test_what_matters_most_and_rests_on_nothing_is_named() -> None:
    found = ranking(reading(**HALF, perks=(0.31, 0.25, 0.38), pay=(0.12, 0.1, 0.15)), GRADES)
    assert found.table["name"].to_list() == [CHANCE, "perks", "pay"]
    assert found.table["weakest"].to_list() == [False, True, False]
    assert found.table["grade"].to_list() == [None, "assumed", "reported"]
    assert found.table["meaning"][1] == "what perks is"
    assert found.found == (
        "50 [44–56] % of the variance is chance. Of the inputs, perks matters most (total index "
        "0.31 [0.25–0.38]), and nobody measured it (assumed)."
    )


def test_what_is_measured_may_matter_most_and_the_weakest_is_told_after_it() -> None:
    found = ranking(reading(pay=(0.5, 0.4, 0.6), fear=(0.3, 0.25, 0.35)), GRADES)
    assert found.found == (
        "Of the inputs, pay matters most (total index 0.50 [0.40–0.60]; reported). Of those that "
        "nobody measured, fear does (total index 0.30 [0.25–0.35]; unsourced)."
    )


def test_inputs_whose_intervals_overlap_only_seem_to_be_in_order() -> None:
    found = ranking(reading(pay=(0.5, 0.4, 0.6), hope=(0.45, 0.35, 0.55)), GRADES)
    assert found.found == (
        "Of the inputs, pay seems to matter most (total index 0.50 [0.40–0.60]; reported). No "
        "input that nobody measured has one whose interval lies above 0.01."
    )


def test_a_small_index_of_an_assumption_is_no_weakness_though_it_is_above_0() -> None:
    found = ranking(reading(pay=(0.9, 0.8, 1.0), perks=(0.008, 0.005, 0.02)), GRADES)
    assert not found.table["weakest"].any()


def test_where_nothing_matters_nothing_is_named() -> None:
    found = ranking(reading(**{CHANCE: (1.0, 0.9, 1.1)}, perks=(0.0, 0.0, 0.0)), GRADES)
    assert found.found == (
        "100 [90–110] % of the variance is chance. No input has a total index whose "
        "interval lies above 0.01."
    )


def test_failed_runs_are_told() -> None:
    found = ranking(reading(5, 4, pay=(0.9, 0.8, 1.0)), GRADES)
    assert found.found.endswith("5 runs failed, so 4 of 1,024 rows were left out.")


def test_without_indices_the_reason_is_told() -> None:
    found = ranking(Reading(pl.DataFrame(), 16, 0, 0, "the outcome is 0"), GRADES)
    assert found.found == "There is no ranking: the outcome is 0."


def test_an_input_that_nobody_describes_is_refused() -> None:
    with pytest.raises(AnalysisError, match="without a row of meaning, range and grade: luck"):
        ranking(reading(luck=(0.5, 0.4, 0.6)), GRADES)
