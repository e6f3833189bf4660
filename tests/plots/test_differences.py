import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from defectsim.analysis import paired
from defectsim.core.errors import StudyError
from defectsim.plots import difference_figure, difference_strip
from madeup import compared, frame, run

RUNS = compared(
    deserted=([100, 120, 90, 110], [130, 150, 100, 150]),
    loyal_share=([0.9, 0.8, 0.85, 0.9], [0.88, 0.8, 0.8, 0.9]),
    outcome=(["survives"] * 4, ["coup", *["survives"] * 3]),
)
FOUND = paired(RUNS)


def test_a_strip_has_the_spread_the_mean_and_both_intervals() -> None:
    rows = FOUND.filter(outcome="deserted")
    axes = difference_strip(rows, Figure().add_subplot(), "people")
    (row,) = rows.to_dicts()
    (spread,) = axes.patches
    assert (spread.get_x(), spread.get_width()) == pytest.approx((row["q05"], row["q95"] - row["q05"]))  # type: ignore[attr-defined]
    unpaired, interval, mean, nought = (np.asarray(line.get_xdata()).tolist() for line in axes.get_lines())
    assert unpaired == pytest.approx([row["unpaired_low"], row["unpaired_high"]])
    assert interval == pytest.approx([row["low"], row["high"]])
    assert mean == pytest.approx([row["mean"]])
    assert nought == [0, 0]


def test_a_difference_that_is_the_same_in_every_pair_has_no_interval() -> None:
    found = paired(compared(deserted=([1, 5], [2, 6])), ["deserted"])
    assert len(difference_strip(found, Figure().add_subplot(), "people").get_lines()) == 3


def test_a_chance_has_no_spread_of_pairs() -> None:
    assert not difference_strip(FOUND.filter(outcome="falls"), Figure().add_subplot(), "percentage points").patches


def test_what_differs_in_no_pair_has_no_strip() -> None:
    names = {text.get_text() for axes in difference_figure(FOUND).axes for text in axes.texts}
    assert {"Regime falls", "Deserted", "Loyal share", "percentage points", "people"} <= names
    assert "Arrested" not in names


def test_each_strip_says_its_numbers() -> None:
    (axes,) = difference_figure(FOUND.filter(outcome="deserted")).axes
    row = FOUND.filter(outcome="deserted").row(0, named=True)
    (said,) = (text.get_text() for text in axes.texts if "differ" in text.get_text())
    assert said.startswith(f"+{row['mean']:.0f} [")
    assert said.endswith("; 4 of 4 differ")


def test_where_all_pairs_are_alike_it_says_so_with_a_bound() -> None:
    rows = [
        run(replicate, point=point, scenario=name, deserted=point // 2, arrested=point % 2 * replicate)
        for point, name in enumerate(("base", "one", "two"))
        for replicate in range(60)
    ]
    deserted, arrested = difference_figure(paired(frame(rows), ["deserted", "arrested"])).axes
    said = [text.get_text() for axes in (deserted, arrested) for text in axes.texts]
    assert said.count("none of 60 differ (at most 4.9 % do)") == 2
    assert said.count("+1 in each of 60") == 1


def test_scenarios_share_strips_and_are_named_in_the_key() -> None:
    rows = [
        run(replicate, point=point, scenario=name, deserted=replicate * point)
        for point, name in enumerate(("base", "one", "two"))
        for replicate in range(5)
    ]
    figure = difference_figure(paired(frame(rows)), "Does it hold?")
    assert len(figure.axes) == 1
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()][:2] == ["one", "two"]
    assert len(figure.axes[0].patches) == 2


@pytest.mark.parametrize("scenarios", [1, 6])
def test_nothing_is_drawn_outside_the_figure_and_the_key_keeps_clear(scenarios: int) -> None:
    many = pl.concat(
        FOUND.with_columns(scenario=pl.lit(f"venezuela-2019-off-ramp-amnesty-reception-{number}"))
        for number in range(scenarios)
    )
    figure = difference_figure(many, "Does it hold? " * 9)
    figure.draw_without_rendering()
    key = figure.legends[0].get_window_extent()
    assert key.y0 > figure.axes[0].get_window_extent().y1
    assert key.y1 < min(text.get_window_extent().y0 for text in figure.texts)
    for text in [*figure.texts, figure.legends[0], *(text for axes in figure.axes for text in axes.texts)]:
        box = text.get_window_extent()
        assert box.x0 >= 0 <= box.y0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text


def test_a_comparison_without_a_difference_has_no_figure() -> None:
    with pytest.raises(StudyError, match="no outcome differs"):
        difference_figure(FOUND.with_columns(differ=pl.lit(0)))
