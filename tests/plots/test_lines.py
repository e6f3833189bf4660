import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from defectsim.analysis.inputs import Described
from defectsim.analysis.sweeps import sweep
from defectsim.plots.depends.lever_lines import lever_lines
from madeup import frame, run


@pytest.fixture
def axes() -> Axes:
    return Figure(figsize=(5, 3)).add_subplot()


def swept(*values: object, replicates: int = 9, of: str = "deserted", lever: str = "ban"):  # type: ignore[no-untyped-def]
    """Return the sweep of a lever whose n-th value has n runs fewer."""
    rows = [
        run(
            replicate,
            point=point,
            **{lever: value},
            deserted=100 * point + 10 * replicate,
            loyal_share=0.9 + point / 100,
        )
        for point, value in enumerate(values)
        for replicate in range(replicates - point)
    ]
    return sweep(frame(rows), of, ["ban"])


def labels(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_medians_are_joined_and_have_both_bands(axes: Axes) -> None:
    found = swept(0.0, 0.5, 1.0)
    assert lever_lines(found, axes, "people") is axes
    (line,) = axes.get_lines()
    assert np.array_equal(np.asarray(line.get_xydata()), found.select("ban", "q50").to_numpy())
    bands = [child for child in axes.collections if isinstance(child, PolyCollection)]
    tops = [np.asarray(band.get_paths()[0].vertices)[:, 1].max() for band in bands]
    assert tops == [found["q95"].max(), found["q75"].max()]
    assert axes.get_xlabel() == "ban"


def test_each_point_shows_its_number_of_runs(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.5, 1.0), axes, "people")
    assert labels(axes) == ["9", "8", "7", "runs"]


def test_numbers_of_runs_of_close_points_do_not_overlap(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.001, 0.002, 1.0, replicates=2004), axes, "people")
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts[:-1]]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_one_run_a_point_has_no_bands(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.5, replicates=2).with_columns(runs=1), axes, "people")
    assert not axes.collections


def test_words_stand_apart_with_bars(axes: Axes) -> None:
    lever_lines(swept("zeal", "awe"), axes, "people")
    assert [text.get_text() for text in axes.get_xticklabels()] == ["zeal", "awe"]
    assert axes.get_lines()[0].get_linestyle() == "None"
    assert len(axes.patches) == 4


def test_dates_lie_where_they_are(axes: Axes) -> None:
    lever_lines(swept("2019-01-01", "2019-01-11"), axes, "people")
    first, last = np.asarray(axes.get_lines()[0].get_xdata(orig=False))
    assert last - first == 10
    assert first == (dt.date(2019, 1, 1) - dt.date(1970, 1, 1)).days


def test_points_without_a_run_are_not_drawn(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.5, 1.0, replicates=2), axes, "people")
    assert len(np.asarray(axes.get_lines()[0].get_xdata())) == 2


def test_counts_start_at_nought_and_shares_far_from_it_do_not(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.5), axes, "people")
    assert axes.get_ylim()[0] == 0
    other = Figure().add_subplot()
    lever_lines(swept(0.0, 0.5, of="loyal_share"), other, "%")
    low, high = other.get_ylim()
    assert 0.85 < low < 0.9
    assert 0.91 < high < 0.95


def test_nothing_happening_can_be_drawn(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.5, of="arrested"), axes, "people")
    assert axes.get_ylim() == (0, pytest.approx(0.01))


def test_a_logarithmic_scale_stays_so_and_the_base_is_marked(axes: Axes) -> None:
    ban = Described("Share of exits that are closed.", "0..1", log=True, base=0.03)
    lever_lines(swept(0.01, 0.1, 1.0), axes, "people", {"ban": ban})
    assert axes.get_xscale() == "log"
    (base,) = (line for line in axes.get_lines() if line.get_gid() == "base")
    assert np.asarray(base.get_xdata()).tolist() == [0.03, 0.03]
    assert "base" in labels(axes)
    assert axes.get_xlabel().replace("\n", " ") == "ban: share of exits that are closed, 0 to 1"


def test_a_base_beyond_the_values_or_unknown_is_not_marked(axes: Axes) -> None:
    lever_lines(swept(0.0, 0.5), axes, "people", {"ban": Described(base=3.0)})
    assert "base" not in labels(axes)
    other = Figure().add_subplot()
    lever_lines(swept("zeal", "awe"), other, "people", {"ban": Described(base="awe")})
    assert [line.get_xdata()[0] for line in other.get_lines() if line.get_gid() == "base"] == [1]  # type: ignore[index]


def test_shares_of_runs_reach_from_0_to_100_percent(axes: Axes) -> None:
    rows = [
        run(replicate, point=point, ban=float(point))
        for point in range(2)
        for replicate in range(6)
    ]
    lever_lines(sweep(frame(rows), "falls", ["ban"]), axes, "% of runs")
    assert axes.get_ylim() == (0, 1)


def test_dates_of_a_small_panel_do_not_overlap() -> None:
    small = Figure(figsize=(2.2, 2)).add_subplot()
    lever_lines(swept("2019-01-30", "2019-03-01", "2019-05-01"), small, "people")
    figure = small.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    low, high = small.get_xlim()
    ticks = [tick for tick in small.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    boxes = [tick.label1.get_window_extent() for tick in ticks]
    assert boxes
    assert all(one.x1 < two.x0 for one, two in pairwise(boxes))


def test_long_words_lose_their_middle_where_there_is_no_room(axes: Axes) -> None:
    names = ("venezuela-2019", "venezuela-2019-no-off-ramp", "venezuela-2019-pay-doubled-at-once")
    lever_lines(swept(*names), axes, "people")
    shown = [text.get_text() for text in axes.get_xticklabels()]
    assert shown == ["venezuela-2019", "venez…2019-no-off-ramp", "venez…-doubled-at-once"]
