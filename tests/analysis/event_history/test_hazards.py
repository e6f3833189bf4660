import numpy as np
import polars as pl
import pytest
from scipy import stats

from defectsim.analysis.event_history.hazards import hazard_effects, hazard_ratios
from defectsim.core.errors import AnalysisError
from madeup import compared

BASE, OTHER = np.array([2.0, 3.0, 4.0, 5.0]), np.array([2.5, 3.4, 4.8, 5.3])


def hazards(**changed: float) -> pl.DataFrame:
    """Return cumulative hazards of generals and officers of four pairs."""
    rows = [
        {
            "point": point,
            "replicate": replicate,
            "branch": "army",
            "rank": rank,
            "transition": "defect",
            "transitions": replicate + point,
            "hazard": share * float(values[replicate]),
            "person_years": share * (100.0 - 10 * point),
        }
        for point, values in enumerate((BASE, OTHER))
        for replicate in range(4)
        for rank, share in (("general", 1.0), ("officer", 3.0))
    ]
    return pl.DataFrame(rows).with_columns(
        **{name: pl.lit(value) for name, value in changed.items()}
    )


RUNS = compared(deserted=([0] * 4, [0] * 4))


def test_effects_are_paired_differences_counted_and_by_hazards() -> None:
    found = hazard_effects(hazards(), RUNS).row(
        by_predicate=pl.col("rank") == "general", named=True
    )
    gained = OTHER - BASE
    assert (found["baseline"], found["scenario"], found["pairs"]) == ("base", "other", 4)
    assert found["base"] == BASE.mean()
    assert found["hazard"] == pytest.approx(gained.mean())
    assert found["hazard_se"] == pytest.approx(stats.sem(gained))
    assert found["hazard_low"] < gained.mean() < found["hazard_high"]
    assert (found["counted"], found["counted_se"], found["counted_low"]) == (1, 0, None)


def test_the_hazard_ratio_is_that_of_hazards_per_person_year() -> None:
    found = hazard_effects(hazards(), RUNS)
    ratio = OTHER.sum() / 90 / (BASE.sum() / 100)
    assert found["hazard_ratio"].to_list() == pytest.approx([ratio] * 3)
    influence = OTHER / OTHER.mean() - BASE / BASE.mean()
    arm = stats.t.ppf(0.975, 3) * stats.sem(influence)
    assert found["ratio_high"][0] == pytest.approx(ratio * np.exp(arm))
    assert found["ratio_low"][0] == pytest.approx(ratio * np.exp(-arm))
    assert found["rank"].to_list() == ["officer", "general", "all"]


def test_ranks_are_compared_within_runs() -> None:
    one = hazards().filter(point=0)
    found = hazard_ratios(one, RUNS, between="rank", baseline="general")
    assert found["rank"].to_list() == ["officer"]
    assert found["hazard_ratio"].to_list() == pytest.approx([1.0])
    assert found["ratio_high"].to_list() == pytest.approx([1.0])
    assert found["replicates"].to_list() == [4]
    with pytest.raises(AnalysisError, match="several points"):
        hazard_ratios(hazards(), RUNS, between="rank")


def test_scenarios_are_compared_as_in_effects() -> None:
    found, effects = (
        hazard_ratios(hazards(), RUNS, between="scenario"),
        hazard_effects(hazards(), RUNS),
    )
    everybody = effects.filter(rank="all").select("hazard_ratio", "ratio_low", "ratio_high")
    assert found.select(everybody.columns).row(0) == pytest.approx(everybody.row(0))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(AnalysisError, match=r"record\.hazards: true"):
        hazard_effects(hazards().clear(), RUNS)
    with pytest.raises(AnalysisError, match="no column 'rang'"):
        hazard_ratios(hazards(), RUNS, between="rang")
    with pytest.raises(AnalysisError, match="no group 'third'"):
        hazard_ratios(hazards(), RUNS, between="scenario", baseline="third")
    nobody = hazard_ratios(hazards(hazard=0.0), RUNS, between="scenario")
    assert nobody.is_empty()


def test_groups_without_hazards_or_a_column_are_refused() -> None:
    with pytest.raises(AnalysisError, match="1 recorded none"):
        hazard_effects(hazards().filter(point=0), RUNS)
    with pytest.raises(AnalysisError, match="cannot be compared by 'nope'"):
        hazard_effects(hazards(), RUNS, by="nope")
    with pytest.raises(AnalysisError, match="cannot be compared by 'replicate'"):
        hazard_ratios(hazards(), RUNS, between="replicate")
    with pytest.raises(AnalysisError, match="no run has ended well"):
        hazard_ratios(hazards(), RUNS.head(0), between="scenario")


def test_points_can_be_compared() -> None:
    by_point = hazard_ratios(hazards(), RUNS, between="point")
    by_scenario = hazard_ratios(hazards(), RUNS, between="scenario")
    assert by_point["hazard_ratio"].to_list() == by_scenario["hazard_ratio"].to_list()
