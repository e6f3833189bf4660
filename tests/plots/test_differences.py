import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from defectsim.analysis.paired import paired
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.differs.differences import difference_figure, difference_strip, marks_of
from defectsim.plots.style import MARKERS, SERIES
from madeup import compared, frame, run

RUNS = compared(
    deserted=([100, 120, 90, 110], [130, 150, 100, 150]),
    loyal_share=([0.9, 0.8, 0.85, 0.9], [0.88, 0.8, 0.8, 0.9]),
    outcome=(["survives"] * 4, ["coup", *["survives"] * 3]),
)
FOUND = paired(RUNS)
MARKS = marks_of(["other"])


def test_a_strip_has_the_spread_the_mean_and_both_intervals() -> None:
    rows = FOUND.filter(outcome="deserted")
    axes = difference_strip(rows, Figure().add_subplot(), "people", MARKS)
    (row,) = rows.to_dicts()
    (spread,) = axes.patches
    assert (spread.get_x(), spread.get_width()) == pytest.approx(
        (row["q05"], row["q95"] - row["q05"])
    )  # type: ignore[attr-defined]
    unpaired, interval, mean, nought = (
        np.asarray(line.get_xdata()).tolist() for line in axes.get_lines()
    )
    assert unpaired == pytest.approx([row["unpaired_low"], row["unpaired_high"]])
    assert interval == pytest.approx([row["low"], row["high"]])
    assert mean == pytest.approx([row["mean"]])
    assert nought == [0, 0]


def test_a_difference_that_is_the_same_in_every_pair_has_no_interval() -> None:
    found = paired(compared(deserted=([1, 5], [2, 6])), ["deserted"])
    axes = difference_strip(found, Figure().add_subplot(), "people", MARKS)
    assert 3 not in [line.get_linewidth() for line in axes.get_lines()]


def test_a_chance_has_no_spread_of_pairs() -> None:
    assert not difference_strip(
        FOUND.filter(outcome="falls"), Figure().add_subplot(), "percentage points", MARKS
    ).patches


def names_in(figure: Figure) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in axes.texts}


def test_what_differs_in_no_pair_has_no_strip_unless_it_is_asked_about() -> None:
    names = names_in(difference_figure(FOUND))
    assert {"Regime falls", "Deserted", "Loyal share", "percentage points", "people"} <= names
    assert {"Defected", "Generals defected"} <= names
    assert "Arrested" not in names
    assert "Arrested" in names_in(difference_figure(FOUND, names=["arrested"]))


def test_what_never_happens_is_told_with_its_bound() -> None:
    found = paired(compared(deserted=([1] * 6, [1] * 6)))
    names = names_in(difference_figure(found))
    assert "0 of 6 on both sides (at most 39 % of runs)" in names
    assert "none of 6 differ (at most 39 % do)" in names


def test_a_chance_tells_the_runs_of_both_sides() -> None:
    names = names_in(difference_figure(FOUND))
    assert any(text.startswith("0 of 4, then 1: +25 [") for text in names)


def test_axes_reach_as_far_as_the_paired_intervals_and_arrows_tell_what_goes_beyond() -> None:
    rows = FOUND.filter(outcome="deserted").with_columns(
        unpaired_low=pl.lit(-5000.0), q95=pl.lit(9000.0)
    )
    axes = difference_strip(rows, Figure().add_subplot(), "people", MARKS)
    (row,) = rows.to_dicts()
    left, right = axes.get_xlim()
    room = 0.3 * (row["high"] - row["low"])
    assert (left, right) == pytest.approx((row["low"] - room, row["high"] + room))
    arrows = {line.get_marker(): line.get_xdata() for line in axes.get_lines()}
    assert (*arrows["<"], *arrows[">"]) == pytest.approx((left, right))


def test_each_strip_shows_its_numbers() -> None:
    (axes,) = difference_figure(FOUND.filter(outcome="deserted")).axes
    row = FOUND.filter(outcome="deserted").row(0, named=True)
    (shown,) = (text.get_text() for text in axes.texts if "differ" in text.get_text())
    assert shown.startswith(f"+{row['mean']:.0f} [")
    assert shown.endswith("; 4 of 4 differ")


def test_equal_pairs_are_reported_with_a_bound() -> None:
    rows = [
        run(
            replicate,
            point=point,
            scenario=name,
            deserted=point // 2,
            arrested=point % 2 * replicate,
        )
        for point, name in enumerate(("base", "one", "two"))
        for replicate in range(60)
    ]
    deserted, arrested = difference_figure(paired(frame(rows), ["deserted", "arrested"])).axes
    shown = [text.get_text() for axes in (deserted, arrested) for text in axes.texts]
    assert shown.count("none of 60 differ (at most 4.9 % do)") == 2
    assert shown.count("+1 in each of 60") == 1


def test_scenarios_share_strips_and_are_named_in_the_key() -> None:
    rows = [
        run(replicate, point=point, scenario=name, deserted=replicate * point)
        for point, name in enumerate(("base", "one", "two"))
        for replicate in range(5)
    ]
    figure = difference_figure(paired(frame(rows)), "Does it hold?", ["deserted"])
    assert len(figure.axes) == 1
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()][:2] == ["one", "two"]
    assert len(figure.axes[0].patches) == 2


def of(*scenarios: str) -> pl.DataFrame:
    """Return what several scenarios change, all the same."""
    return pl.concat(FOUND.with_columns(scenario=pl.lit(name)) for name in scenarios)


def colours(figure: Figure) -> dict[str, str]:
    """Return the colours that the key gives to scenarios."""
    (key,) = figure.legends
    lines = (line.get_color() for line in key.get_lines())
    return dict(zip((text.get_text() for text in key.get_texts()), map(str, lines), strict=False))


def test_a_scenario_keeps_its_colour_where_another_has_no_row() -> None:
    gone = (pl.col("scenario") == "one") & (pl.col("outcome") == "deserted")
    some = of("one", "two", "three").with_columns(pairs=pl.when(gone).then(0).otherwise("pairs"))
    figure = difference_figure(some)
    known = colours(figure)
    assert [known[name] for name in ("one", "two", "three")] == [*SERIES[:3]]
    strips = {axes.texts[0].get_text(): axes for axes in figure.axes}
    drawn = [
        line.get_color() for line in strips["Deserted"].get_lines() if line.get_marker() in MARKERS
    ]
    assert drawn == [known["two"], known["three"]]


def test_a_scenario_of_which_nothing_is_drawn_is_not_in_the_key_and_takes_nobodys_colour() -> None:
    some = of("one", "two").with_columns(pairs=pl.when(scenario="one").then(0).otherwise("pairs"))
    known = colours(difference_figure(some))
    assert "one" not in known
    assert known["two"] == SERIES[1]


def test_more_scenarios_than_colours_have_numbers_in_the_key_and_at_each_row() -> None:
    names = [f"s{place}" for place in range(len(SERIES) + 2)]
    figure = difference_figure(of(*names))
    assert [*colours(figure)][: len(names)] == [
        f"{place + 1} {name}" for place, name in enumerate(names)
    ]
    for axes in figure.axes:
        shown = [text.get_text() for text in axes.texts]
        assert [text for text in shown if text.isdigit()] == [
            str(place + 1) for place in range(len(names))
        ]
    assert not any(
        text.get_text().isdigit() for axes in difference_figure(of("s")).axes for text in axes.texts
    )


@pytest.mark.parametrize("scenarios", [1, 6, 8])
def test_nothing_is_drawn_outside_the_figure_and_the_key_keeps_clear(scenarios: int) -> None:
    names = [f"venezuela-2019-off-ramp-amnesty-reception-{number}" for number in range(scenarios)]
    figure = difference_figure(of(*names), "Does it hold? " * 9)
    figure.draw_without_rendering()
    key = figure.legends[0].get_window_extent()
    assert key.y0 > figure.axes[0].get_window_extent().y1
    assert key.y1 < min(text.get_window_extent().y0 for text in figure.texts)
    for text in [
        *figure.texts,
        figure.legends[0],
        *(text for axes in figure.axes for text in axes.texts),
    ]:
        box = text.get_window_extent()
        assert box.x0 >= 0 <= box.y0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text


def test_a_comparison_without_a_pair_has_no_figure() -> None:
    with pytest.raises(NothingToDrawError, match="no pair of runs ended well"):
        difference_figure(FOUND.with_columns(pairs=pl.lit(0)))


def test_scenarios_are_told_apart_without_colours() -> None:
    marks = marks_of([f"s{number}" for number in range(len(SERIES))])
    assert [mark.marker for mark in marks.values()] == [*MARKERS]
