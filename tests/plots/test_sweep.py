from typing import Any

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from defectsim.analysis.inputs import Described
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.depends.sweep import sweep_figure, sweep_outcomes_figure
from madeup import frame, run


def runs(levers: dict[str, list[Any]], replicates: int = 4) -> pl.DataFrame:
    """Return runs whose point n has the n-th value of each lever."""
    points = [
        dict(zip(levers, values, strict=True)) for values in zip(*levers.values(), strict=True)
    ]
    return frame(
        [
            run(replicate, point=point, **says, deserted=100 * point + replicate)
            for point, says in enumerate(points)
            for replicate in range(replicates)
        ]
    )


BAN = [0.0, 0.0, 1.0, 1.0]
PAY = [1.0, 2.0, 1.0, 2.0]


def heading_text(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def test_one_lever_is_a_line_in_the_unit_of_the_outcome() -> None:
    (axes,) = sweep_figure(runs({"ban": [0.0, 0.5, 1.0]}), "deserted", "Does it hold?").axes
    assert axes.get_ylabel() == "deserted, people"
    assert len(axes.get_lines()) == 1


def test_two_levers_are_a_map() -> None:
    axes, bar = sweep_figure(runs({"ban": BAN, "pay": PAY}), "deserted").axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("ban", "pay")
    assert bar.get_ylabel() == "median, people"


def test_more_levers_have_a_panel_each_to_one_scale_and_name_what_is_pooled() -> None:
    three = {"ban": BAN, "pay": PAY, "rule": ["a", "b", "b", "a"]}
    figure = sweep_figure(runs(three), "deserted")
    assert [axes.get_xlabel() for axes in figure.axes] == ["ban", "pay", "rule"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    tops = [np.asarray(axes.dataLim.get_points())[1, 1] for axes in figure.axes]
    assert figure.axes[0].get_ylim()[1] >= max(tops)
    assert "Each panel pools all values of the other levers." in heading_text(figure)


def test_the_heading_states_question_outcome_bands_bins_and_what_is_left_out() -> None:
    bad = runs({"ban": np.linspace(0, 1, 40).tolist()}).with_columns(
        status=pl.when(replicate=0).then(pl.lit("failed")).otherwise("status")
    )
    shown = heading_text(sweep_figure(bad, "deserted", "Does it hold?"))
    for words in (
        "Does it hold?",
        "Deserted, people.",
        "dark band: 50 %",
        "Values come in 8 bins",
        "Left out: 40 of 160 runs",
    ):
        assert words in shown
    assert "bins" not in heading_text(sweep_figure(runs({"ban": BAN}), "deserted"))
    assert "One run at each point." in heading_text(
        sweep_figure(runs({"ban": [0.0, 1.0]}, replicates=1), "deserted")
    )


def test_a_chance_has_its_intervals_and_none_where_runs_are_pooled() -> None:
    assert "exact 50 % interval" in heading_text(sweep_figure(runs({"ban": [0.0, 1.0]}), "falls"))
    three = {"ban": BAN, "pay": PAY, "rule": ["a", "b", "b", "a"]}
    assert "pooled runs share their seeds" in heading_text(sweep_figure(runs(three), "falls"))
    own = runs(three).with_columns(seed=pl.col("point").cast(pl.String))
    shown = heading_text(sweep_figure(own, "falls"))
    assert "exact 50 % interval" in shown
    assert "share their seeds" not in shown


@pytest.mark.parametrize("levers", [1, 2, 5])
def test_nothing_is_drawn_outside_the_figure(levers: int) -> None:
    names = [f"policies.a_rather_long_name_{number}.value" for number in range(levers)]
    values = np.random.default_rng(1).random((levers, 30)).tolist()
    figure = sweep_figure(
        runs(dict(zip(names, values, strict=True))), "deserted", "Does it hold? " * 9
    )
    figure.draw_without_rendering()
    texts = [
        text for axes in figure.axes for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label)
    ]
    for text in [*figure.texts, *texts]:
        box = text.get_window_extent()
        assert box.x0 >= 0 <= box.y0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text


def test_all_outcomes_stand_side_by_side_also_those_that_never_happen() -> None:
    figure = sweep_outcomes_figure(runs({"ban": [0.0, 0.5, 1.0]}), None, "Does it hold?")
    names = [axes.get_title(loc="left").split(",")[0] for axes in figure.axes]
    assert names == ["Deserted", "Defected", "Generals defected", "Regime falls"]
    deserted, *_, falls = figure.axes
    assert np.asarray(deserted.get_lines()[0].get_ydata()).tolist() == [1.5, 101.5, 201.5]
    assert np.asarray(falls.get_lines()[0].get_ydata()).tolist() == [0, 0, 0]
    assert falls.get_ylim() == (0, 1)


def test_two_levers_have_a_map_an_outcome_and_more_a_row_a_lever() -> None:
    maps = sweep_outcomes_figure(runs({"ban": BAN, "pay": PAY}), ["deserted", "falls"])
    assert [axes.get_xlabel() for axes in maps.axes if axes.get_xlabel()] == ["ban", "ban"]
    three = runs({"ban": BAN, "pay": PAY, "rule": ["a", "b", "b", "a"]})
    rows = sweep_outcomes_figure(three, ["deserted", "falls"])
    assert len(rows.axes) == 6
    assert [one.get_supxlabel() for one in rows.subfigs] == ["ban", "pay", "rule"]


def test_many_outcomes_stand_in_rows_of_four() -> None:
    names = ["deserted", "defected", "generals_defected", "falls", "arrested", "loyal_share"]
    figure = sweep_outcomes_figure(runs({"ban": [0.0, 1.0]}), names)
    titles = [axes.get_title(loc="left").split(",")[0] for axes in figure.axes]
    assert titles[-2:] == ["Arrested", "Loyal share"]
    assert len(figure.subfigs) == 2


def test_of_very_many_levers_the_first_are_drawn() -> None:
    many = runs({f"lever{number}": [0.0, 1.0] for number in range(40)}, replicates=1)
    figure = sweep_figure(many, "deserted")
    assert len(figure.axes) == 12
    assert "The first 12 of 40 levers." in heading_text(figure)


@pytest.mark.parametrize("levers", [1, 2, 4])
def test_side_by_side_nothing_is_drawn_outside_or_over_another(levers: int) -> None:
    names = [f"policies.a_rather_long_name_{number}.value" for number in range(levers)]
    values = [[float(number), number + 1.0, number + 2.0] for number in range(levers)]
    meant = {name: Described("What it means in a sentence. ", "0..1", base=1.0) for name in names}
    found = runs(dict(zip(names, values, strict=True)))
    figure = sweep_outcomes_figure(found, None, "Does it hold? " * 9, meant)
    figure.draw_without_rendering()
    texts = [
        *figure.texts,
        *(text for axes in figure.axes for text in (*axes.texts, axes.title, axes._left_title)),
        *(text for axes in figure.axes for text in (axes.xaxis.label, axes.yaxis.label)),
    ]
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    for box in boxes:
        assert box.x0 >= 0 <= box.y0
        assert box.x1 <= figure.bbox.x1
    overlaps = [
        (one, two)
        for place, one in enumerate(boxes)
        for two in boxes[place + 1 :]
        if one.shrunk(0.96, 0.9).overlaps(two)
    ]
    assert overlaps == []


def test_the_head_keeps_clear_of_the_panels() -> None:
    figure = sweep_figure(runs({"ban": BAN}), "deserted", "Does it hold? " * 9)
    figure.draw_without_rendering()
    lowest = min(text.get_window_extent().y0 for text in figure.texts)
    assert all(text.get_window_extent().y1 < lowest for axes in figure.axes for text in axes.texts)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(NothingToDrawError, match="nothing varies"):
        sweep_figure(runs({"ban": BAN}).drop("ban"), "deserted")
    with pytest.raises(
        NothingToDrawError,
        match="nothing to draw: no run of this study ended well with a value of capital",
    ):
        sweep_figure(runs({"ban": BAN}), "capital")
