import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from defectsim.analysis.inputs import Described
from defectsim.analysis.sweeps import sweep
from defectsim.plots.depends.lever_map import lever_map
from madeup import frame, run


def swept(across: int = 3, upward: int = 2, missing: tuple[int, int] | None = None) -> pl.DataFrame:
    """Return a sweep of two levers: at (i, j), runs of 1000 j + 100 i and 10 more or less."""
    points = [(i, j) for j in range(upward) for i in range(across) if (i, j) != missing]
    rows = [
        run(
            replicate,
            point=point,
            ban=float(i),
            pay=float(j),
            deserted=1000 * j + 100 * i + 10 * replicate,
        )
        for point, (i, j) in enumerate(points)
        for replicate in range(3)
    ]
    return sweep(frame(rows), "deserted", ["ban", "pay"])


def drawn(
    found: pl.DataFrame, unit: str = "people", described: dict[str, Described] | None = None
) -> tuple[Axes, QuadMesh]:
    figure = Figure(figsize=(9, 5))
    axes = lever_map(found, figure.add_subplot(), unit, described)
    (mesh,) = (child for child in axes.collections if isinstance(child, QuadMesh))
    return axes, mesh


def test_tiles_are_the_medians_where_the_levers_say() -> None:
    axes, mesh = drawn(swept())
    assert np.asarray(mesh.get_array()).tolist() == [[10, 110, 210], [1010, 1110, 1210]]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["0", "1", "2"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["0", "1"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("ban", "pay")


def test_each_tile_shows_median_spread_and_runs() -> None:
    axes, _ = drawn(swept())
    shown = [text.get_text() for text in axes.texts if text.xy == (0.5, 1.5)]  # type: ignore[attr-defined]
    assert shown == ["1,010", "1,000–1,020\nn = 3"]
    assert len(axes.texts) == 2 * 6


def test_a_tile_without_runs_is_left_blank() -> None:
    axes, mesh = drawn(swept(missing=(1, 1)))
    assert np.isnan(np.ma.filled(mesh.get_array(), np.nan)).sum() == 1
    assert len(axes.texts) == 2 * 5


@pytest.mark.parametrize("size", [(2, 2), (6, 5), (11, 11)])
def test_text_stays_in_its_tile(size: tuple[int, int]) -> None:
    axes, _ = drawn(swept(*size))
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    for text in axes.texts:
        column, row = text.xy  # type: ignore[attr-defined]
        (left, low), (right, high) = axes.transData.transform(
            [(column - 0.5, row - 0.5), (column + 0.5, row + 0.5)]
        )
        box = text.get_window_extent()
        assert left <= box.x0, (size, text)
        assert box.x1 <= right, (size, text)
        assert low <= box.y0, (size, text)
        assert box.y1 <= high, (size, text)


def test_ink_is_read_on_dark_and_on_light() -> None:
    axes, _ = drawn(swept())
    inks = {text.get_text(): text.get_color() for text in axes.texts}
    assert (inks["10"], inks["1,210"]) == ("white", "black")


def test_shares_of_runs_have_colours_from_0_to_100_percent() -> None:
    rows = [
        run(
            replicate, point=point, ban=float(point), pay=1.0, outcome="coup" if hit else "survives"
        )
        for point in range(2)
        for replicate in range(6)
        for hit in [point == 1 and replicate < 2]
    ]
    axes, mesh = drawn(sweep(frame(rows), "falls", ["ban", "pay"]), "% of runs")
    assert mesh.get_clim() == (0, 1)
    figure = axes.get_figure(root=True)
    assert figure is not None
    assert figure.axes[1].get_ylabel() == "share of runs, %"


def test_other_colours_reach_over_the_range_of_90_percent_of_runs() -> None:
    found = swept()
    _, mesh = drawn(found)
    assert mesh.get_clim() == (0, pytest.approx(1.06 * found["q95"].max()))


def test_the_base_scenario_is_marked_on_both_sides_and_its_tile_is_framed() -> None:
    both = {"ban": Described(base=1.0), "pay": Described("Pay of all.", "USD/month", base=0.5)}
    axes, _ = drawn(swept(), described=both)
    across, upward = (line.get_xydata()[0] for line in axes.get_lines() if line.get_gid() == "base")  # type: ignore[index]
    assert (across[0], upward[1]) == (1.5, 1.0)
    assert not axes.patches
    assert axes.get_ylabel() == "pay: pay of all, USD/month"
    framed, _ = drawn(swept(), described={**both, "pay": Described(base=1.0)})
    assert framed.patches[0].get_xy() == pytest.approx((1.04, 1.04))  # type: ignore[attr-defined]


def test_tiles_too_small_for_all_numbers_have_the_median_alone() -> None:
    axes, _ = drawn(swept(12, 12))
    assert len(axes.texts) == 12 * 12
