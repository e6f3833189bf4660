"""What the pictures of who leaves, and in what order, show of what is known."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from matplotlib.collections import PathCollection, QuadMesh

from artists import lines, outside, written
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.order.command import command_figure, command_tree, unit_shares
from defectsim.plots.order.forest import cascade_tree, forest_figure
from defectsim.plots.panels import Layout, panels
from defectsim.studies.pictures import order
from fixed_study import fixed_study, week

UNITS = pl.DataFrame(
    {
        "row": [0, 1, 2, 3],
        "name": ["army", "army command 1", "army brigade 1", "army brigade 2"],
        "level": [4, 3, 2, 2],
        "branch": ["army"] * 4,
        "parent": [-1, 0, 1, 1],
        "strength": [1, 1, 100, 50],
    }
)
COURSES = pl.DataFrame(
    {
        "row": [2] * 4,
        "date": [week(one) for one in range(4)],
        "status": ["defected"] * 4,
        "people": [0, 2, 20, 60],
        "share": [0.0, 0.02, 0.2, 0.6],
    }
)
EXITS = pl.DataFrame({"row": [2], "date": [week(1)], "status": ["defected"]})
TREE = pl.DataFrame(
    {
        "number": [7, 8, 9],
        "agent": ["general", "captain", "major"],
        "rank": ["general", "officer", "officer"],
        "date": [week(0), week(0), week(2)],
        "depth": [0, 1, 1],
        "parent": [None, 7, 7],
        "alone": [0, 40, 10],
        "below": [52, 40, 10],
        "days": [0, 0, 14],
        "until": [week(2)] * 3,
        "slot": [0.5, 0.0, 1.0],
    }
)


def test_incidence_has_a_line_a_way_with_its_interval_at_the_end() -> None:
    figure = order.incidence(fixed_study(5), by="rank")
    enlisted, generals = figure.axes
    assert [written(axes)[-1] for axes in figure.axes] == ["Enlisted", "Generals"]
    ways = lines(enlisted)
    assert ways["deserted"][-1] == pytest.approx(0.03, abs=0.001)
    assert ways["defected"][-1] == pytest.approx(0.06, abs=0.001)
    assert set(lines(generals)) - {"_"} == {"defected"}
    assert any(text.startswith("defected 6") and "[" in text for text in written(enlisted))
    styles = [str(line.get_linestyle()) for line in enlisted.get_lines()[:2]]
    assert len(set(styles)) == 2, "told apart in grey"


def test_incidence_ends_where_the_regime_has_fallen_in_every_run() -> None:
    study = fixed_study()
    study.runs = study.runs.with_columns(fell=week(2))
    (axes,) = order.incidence(study).axes
    assert [len(heights) for heights in lines(axes).values()] == [3, 3]


def test_first_movers_stand_at_their_dates_with_the_number_who_followed() -> None:
    figure = order.first(fixed_study())
    dates, people = figure.axes
    texts = written(figure)
    assert [label.get_text() for label in dates.get_yticklabels()] == [
        *("Enlisted", "NCOs", "Officers", "Generals")
    ]
    assert "in 2 of 6 runs;\narmy-general-1: 2" in texts
    assert "in 0 of 6 runs" in texts
    (circles,) = [one for one in dates.collections if np.asarray(one.get_offsets())[0, 1] == 3]
    assert isinstance(circles, PathCollection)
    assert circles.get_offsets().shape == (1, 2)
    own = [line for line in people.get_lines() if len(np.asarray(line.get_xdata())) == 2]
    before, followed = (np.asarray(line.get_xdata()).tolist() for line in own[-2:])
    assert (before, followed) == ([4, 5], [8, 10])


def test_nobody_first_is_nothing_to_draw() -> None:
    with pytest.raises(NothingToDrawError, match="nobody took that status"):
        order.first(fixed_study(), status="arrested")
    with pytest.raises(NothingToDrawError, match="nobody took anybody along"):
        forest_figure([], "", "")
    with pytest.raises(NothingToDrawError, match="nobody left"):
        command_figure(UNITS, COURSES.clear(), EXITS.clear(), "", "")


def test_a_unit_is_as_dark_as_its_share_on_a_scale_that_is_always_the_same() -> None:
    _, (axes,) = panels("", "", Layout())
    unit_shares(COURSES, EXITS, 4, axes)
    (mesh,) = (one for one in axes.collections if isinstance(one, QuadMesh))
    shares = np.asarray(mesh.get_array()).reshape(4, 4)
    assert shares[2].tolist() == [0, 0.02, 0.2, 0.6]
    assert not shares[[0, 1, 3]].any()
    assert mesh.norm([0, 0.02, 0.2, 0.6, 1]).tolist() == [0, 1, 3, 5, 5]
    assert lines(axes)["commander"].tolist() == [2]


def test_shades_get_darker_in_grey_as_shares_rise() -> None:
    _, (axes,) = panels("", "", Layout())
    unit_shares(COURSES, EXITS, 4, axes)
    (mesh,) = (one for one in axes.collections if isinstance(one, QuadMesh))
    greys = mesh.cmap(np.arange(6))[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(greys) < -0.05).all()


def test_the_tree_of_units_has_a_node_each_and_names_the_branches() -> None:
    _, (axes,) = panels("", "", Layout())
    command_tree(UNITS, axes)
    nodes = [line for line in axes.get_lines() if line.get_marker() == "o"]
    assert [np.asarray(node.get_ydata()).tolist() for node in nodes] == [[0], [1], [2], [3]]
    assert written(axes) == ["army"]


def test_a_panel_a_status_stands_beside_the_tree() -> None:
    figure = command_figure(UNITS, COURSES, EXITS, "Run 3.", "Does it hold?")
    assert len(figure.axes) == 2
    assert {"Does it hold?", "Run 3.", "defected", "army"} <= set(written(figure))
    assert outside(figure) == []


def test_a_cascade_has_a_branch_for_each_who_took_others_along() -> None:
    _, (axes,) = panels("", "", Layout())
    cascade_tree(TREE, axes)
    branches = {tuple(map(tuple, np.asarray(line.get_xydata()))) for line in axes.get_lines()}
    assert branches == {((0.5, 0), (0, -1)), ((0.5, 0), (1, -1))}
    marks = {str(one.get_label()): one for one in axes.collections}
    assert set(marks) == {"general", "officer"}
    sizes = marks["officer"].get_sizes()
    assert sizes[0] > sizes[1]
    captain, major = marks["officer"].get_facecolors()
    assert major[:3].tolist() == [1, 1, 1], "later than the first"
    assert captain.tolist() != major.tolist()
    assert "general: 52" in written(axes)


def test_a_forest_tells_size_and_dates_of_each_cascade() -> None:
    figure = forest_figure([TREE, TREE], "Run 3.", "Who?")
    texts = written(figure)
    assert texts.count("53 people") == 2
    assert f"from {week(0)} to {week(2)}" in texts
    assert dt.date(2018, 1, 15) == week(2)
    assert outside(figure) == []
