"""What the pictures of what happens show of a study whose every number is known."""

import numpy as np
import polars as pl
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from artists import lines, outside, written
from defectsim.studies.pictures import happens
from fixed_study import fixed_study

STRENGTH = 110


def tops(figure: Figure, panel: int = 0) -> dict[str, float]:
    """Return the highest place of each labelled area of a panel."""
    found = {}
    for area in figure.axes[panel].collections:
        assert isinstance(area, PolyCollection)
        found[str(area.get_label())] = float(np.asarray(area.get_paths()[0].vertices)[:, 1].max())
    return found


def test_statuses_are_stacked_means_named_with_their_shares() -> None:
    figure = happens.status(fixed_study(), by="rank")
    areas = tops(figure)
    assert areas["deserted"] == pytest.approx(0.03)
    assert areas["defected"] == pytest.approx(0.03 + 0.075)
    assert {"deserted 3 %", "defected 7.5 %", "Enlisted", "Generals"} <= {
        text.replace(".0 %", " %") for text in written(figure)
    }
    bounds = lines(figure.axes[0])
    assert bounds["q95"][-1] == pytest.approx(0.18)
    assert bounds["q05"][-1] == pytest.approx(0.03)


def test_statuses_that_nobody_has_are_not_drawn() -> None:
    figure = happens.status(fixed_study())
    assert set(tops(figure)) == {"deserted", "defected"}


def test_areas_differ_in_grey_too() -> None:
    hatches = [area.get_hatch() for area in happens.status(fixed_study()).axes[0].collections]
    assert len(set(hatches)) == len(hatches)


def test_runs_in_which_the_regime_falls_have_a_panel_of_their_own() -> None:
    figure = happens.defections(fixed_study())
    falls, stands = figure.axes
    assert {"regime falls", "1 of 6 runs"} <= set(written(falls))
    assert {"regime stands", "5 of 6 runs"} <= set(written(stands))
    assert falls.get_ylim() == stands.get_ylim()
    assert set(lines(falls)) == {"run 5"}, "one run has neither band nor median"


def test_single_runs_and_the_median_are_those_of_the_series() -> None:
    stands = lines(happens.defections(fixed_study()).axes[1])
    assert set(stands) == {*(f"run {run}" for run in range(5)), "median"}
    assert stands["run 4"] * STRENGTH == pytest.approx([0, 4, 9, 13])
    assert stands["median"] * STRENGTH == pytest.approx([0, 2, 4, 6])


def test_bands_span_the_runs_of_a_panel() -> None:
    areas = tops(happens.defections(fixed_study()), panel=1)
    assert areas["q05"] * STRENGTH == pytest.approx(13)
    assert areas["q25"] < areas["q05"]


def test_desertions_can_be_asked_for() -> None:
    figure = happens.defections(fixed_study(), status="deserted")
    assert "have deserted" in " ".join(written(figure))
    assert lines(figure.axes[0])["run 5"] * STRENGTH == pytest.approx([0, 1, 2, 3])


def test_falls_and_outcomes_are_counted_and_those_not_seen_are_bounded() -> None:
    figure = happens.outcomes(fixed_study())
    curve, bars = figure.axes
    widths = {str(group.get_label()): group[0].get_width() for group in bars.containers}
    assert widths == pytest.approx(
        {"survives": 5 / 6, "coup": 1 / 6, "split": 0, "collapse": 0, "negotiated exit": 0}
    )
    assert "0 of 6: at most 39 %" in written(bars)
    assert "in 1 of 6 runs,\non 2018-01-15" in written(curve)


def test_no_fall_is_drawn_with_what_could_still_be() -> None:
    figure = happens.outcomes(fixed_study(5))
    assert "in 0 of 5 runs" in written(figure)
    (band,) = figure.axes[0].collections
    assert isinstance(band, PolyCollection)
    assert np.asarray(band.get_paths()[0].vertices)[:, 1].max() == pytest.approx(0.4507, abs=1e-4)


def test_the_tail_has_a_step_a_run_and_a_mark_a_run_below() -> None:
    above, deserted, defected = happens.sizes(fixed_study()).axes
    assert lines(above)["defected"] == pytest.approx([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6])
    assert above.get_xscale() == defected.get_xscale() == "symlog"
    marks = next(line for line in defected.get_lines() if line.get_label() == "runs")
    assert np.asarray(marks.get_xdata()).tolist() == [0, 3, 6, 9, 13, 16]
    assert any("about" in text for text in written(defected))
    assert not any("about" in text for text in written(deserted)), "all runs have one number"


def test_numbers_far_from_none_have_a_logarithmic_axis() -> None:
    study = fixed_study()
    study.runs = study.runs.with_columns(pl.col("defected", "deserted") + 1000)
    assert happens.sizes(study).axes[0].get_xscale() == "log"


@pytest.mark.parametrize(
    "figure",
    [
        happens.status(fixed_study(), by="rank"),
        happens.defections(fixed_study(), by="rank"),
        happens.outcomes(fixed_study()),
        happens.sizes(fixed_study()),
    ],
    ids=["status", "defections", "outcomes", "sizes"],
)
def test_nothing_is_cut_at_the_edge(figure: Figure) -> None:
    assert outside(figure) == []
