import pytest

from defectsim.analysis.outcomes import outcome, outcomes, varied, words
from defectsim.core.errors import UnknownOutcomeError
from madeup import compared, frame, run

RUNS = frame(
    [run(0, deserted=5), run(1, outcome="coup"), run(2, status="failed"), run(3, status="pending")]
)


def value(name: str) -> list[float | None]:
    return RUNS.select(outcome(RUNS, name).value).to_series().to_list()


def test_a_number_is_that_of_runs_that_ended_well() -> None:
    assert value("deserted") == [5, 0, None, None]


def test_what_became_of_the_regime_is_asked_by_name() -> None:
    assert value("falls") == value("coup") == [0, 1, None, None]
    assert value("survives") == [1, 0, None, None]
    assert outcome(RUNS, "coup").kind == "chance"


def test_units_are_known() -> None:
    units = {
        name: outcome(RUNS, name).unit for name in ("deserted", "attempts", "loyal_share", "coup")
    }
    assert units == {
        "deserted": "people",
        "attempts": "attempts",
        "loyal_share": "%",
        "coup": "% of runs",
    }
    assert words("generals_defected") == "generals defected"


def test_an_outcome_that_no_run_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        UnknownOutcomeError,
        match=r"'desertd' is no outcome of a run; did you mean 'deserted'\? \(there are ",
    ):
        outcome(RUNS, "desertd")


def test_all_outcomes_are_those_that_any_run_came_to_or_has_a_value_of() -> None:
    names = [one.name for one in outcomes(RUNS)]
    assert names == [
        *("falls", "survives", "coup"),
        *("deserted", "defected", "generals_defected", "loyal_share", "arrested", "attempts"),
    ]
    nothing_told = compared(deserted=([1], [2])).with_columns(outcome=None, fell=None)
    assert "falls" not in [one.name for one in outcomes(nothing_told)]
    assert "strength" in [one.name for one in outcomes(compared(strength=([100], [200])))]


def test_what_varies_stands_between_the_replicate_and_the_seed() -> None:
    assert varied(RUNS) == []
    assert varied(compared(deserted=([1], [2]))) == ["scenario"]
