"""Pictures of readings: where an outcome tips, where cases gather, what drives it, what is robust."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from defectsim.analysis.attribution import Attribution
from defectsim.analysis.discovery.boxes import Discovery
from defectsim.analysis.inputs import Described, Input
from defectsim.analysis.robustness import Robustness, robustness
from defectsim.analysis.tipping.points import Tipping, tipping
from defectsim.analysis.tipping.switches import LeverRange
from defectsim.plots.depends.calibration import calibration_figure
from defectsim.plots.depends.discovery import discovery_figure
from defectsim.plots.depends.robustness import robustness_figure
from defectsim.plots.depends.sensitivity import effects_figure, indices_figure
from defectsim.plots.depends.tipping import tipping_figure
from defectsim.plots.differs.attribution import attribution_figure

PAY, BAN = "policies.pay_doubled.value", "conditions.travel_ban"
MEANT = {
    PAY: Described("Official pay, as a multiple of each person's own.", "multiple", True, 2.0),
    BAN: Described("Share of exits abroad that exit control closes.", "0..1", base=0.5),
}
INPUTS = [Input(PAY, 1, 100, log=True), Input(BAN, 0, 1)]
PAIRS = pl.DataFrame({"only_with": [3, 9, 5], "only_without": [1, 0, 2]})


def xs(line: object) -> list[float]:
    return np.asarray(line.get_xdata()).tolist()  # type: ignore[attr-defined]


def ys(line: object) -> list[float]:
    return np.asarray(line.get_ydata()).tolist()  # type: ignore[attr-defined]


def tipped() -> Tipping:
    thresholds = [0.2, 0.3, 0.4, 0.5, 0.6]
    values = np.linspace(0, 1, 11).tolist()
    runs = [(seed, value, value >= at) for seed, at in enumerate(thresholds) for value in values]
    return tipping(runs, LeverRange(BAN, 0, 1), "the regime falls")


def boxed(*names: str) -> Discovery:
    box = {name: (2.0, 50.0) if name == PAY else (0.5, 1.0) for name in names}
    rows = {"input": [*names], "stability": 1.0, "low": 0.0, "quasi_p": 0.01}
    inputs = pl.DataFrame(rows)
    nothing = pl.DataFrame()
    return Discovery("Cases gather.", box, inputs, None, None, nothing, 9, 4, 0, 0.01)


def discovered(*names: str) -> Figure:
    runs = pl.DataFrame({PAY: np.geomspace(1, 100, 9), BAN: np.linspace(0, 1, 9)})
    cases = pl.Series([False] * 5 + [True] * 4)
    return discovery_figure(boxed(*names), runs, cases, INPUTS, "Where it falls", MEANT)


QUANTILES = pl.DataFrame(
    {
        "parameter": [PAY, BAN],
        **{
            name: [float(4 + n), n / 5]
            for n, name in enumerate(("q05", "q25", "q50", "q75", "q95"))
        },
    }
)
INFORMED = pl.DataFrame({"parameter": [PAY, BAN], "informed": [True, False]})
INDICES = pl.DataFrame(
    {
        "name": [PAY, "chance", BAN],
        "meaning": [MEANT[PAY].meaning, None, MEANT[BAN].meaning],
        "grade": ["reported", None, "assumed"],
        **{
            f"total{end}": [0.5 + n, 0.3 + n, 0.1 + n]
            for end, n in (("_low", -0.05), ("", 0.0), ("_high", 0.05))
        },
        "first": [0.4, 0.3, -0.1],
    }
)
EFFECTS = INDICES.rename(
    {"total": "mu_star", "total_low": "mu_star_low", "total_high": "mu_star_high"}
).with_columns(kept=pl.Series([True, True, False]))


def robust() -> Robustness:
    worlds = [
        {"world": world, "policy": policy, "value": value}
        for world in range(20)
        for policy, value in (("talk", float(world)), ("pay", world + 1.0 - 5 * (world > 15)))
    ]
    return robustness(pl.DataFrame(worlds), "more")


def test_a_tipping_curve_has_the_share_of_seeds_the_point_and_the_base() -> None:
    (axes,) = tipping_figure(tipped(), "Where it falls", MEANT).axes
    curve, *brackets = axes.get_lines()
    assert ys(curve) == (100 * tipped().curve["share"]).to_list()
    assert [xs(line)[1] for line in brackets[:5]] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
    (base,) = (line for line in axes.get_lines() if line.get_gid() == "base")
    assert xs(base) == [0.5, 0.5]
    assert axes.get_xlabel() == "travel ban: share of exits abroad that exit control closes, 0 to 1"


def test_a_box_stands_among_the_runs_on_the_scale_of_its_inputs() -> None:
    (axes,) = discovered(PAY, BAN).axes
    (box,) = axes.patches
    assert box.get_bbox().bounds == (2, 0.5, 48, 0.5)  # type: ignore[attr-defined]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    others, cases, base = axes.collections
    assert (len(np.asarray(others.get_offsets())), len(np.asarray(cases.get_offsets()))) == (5, 4)
    assert np.asarray(base.get_offsets()).tolist() == [[2, 0.5]]
    (key,) = [text.get_text() for text in axes.get_legend().get_texts()][:1]  # type: ignore[union-attr]
    assert key == "no: 5 runs"


def test_one_input_that_binds_has_two_lines_of_runs() -> None:
    (axes,) = discovered(PAY).axes
    heights = [np.asarray(some.get_offsets())[:, 1] for some in axes.collections[:2]]
    assert [np.round(some).tolist() for some in heights] == [[0] * 5, [1] * 4]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["no", "yes"]


def test_a_posterior_lies_over_its_prior_and_grey_where_nothing_is_said() -> None:
    (axes,) = calibration_figure(QUANTILES, INFORMED, INPUTS, "What they say", MEANT).axes
    assert [bar.get_width() for bar in axes.patches[:2]] == pytest.approx([0.9, 0.5])  # type: ignore[attr-defined]
    wide, half, middle, base, *rest = axes.get_lines()
    assert xs(wide) == pytest.approx(INPUTS[0].share(np.array([4.0, 8.0])).tolist())
    assert xs(half) == pytest.approx(INPUTS[0].share(np.array([5.0, 7.0])).tolist())
    assert xs(middle) == pytest.approx(INPUTS[0].share(np.array([6.0])).tolist())
    assert xs(base) == pytest.approx(INPUTS[0].share(np.array([2.0])).tolist())
    assert rest[2].get_markerfacecolor() == "white"
    assert "6 [4–8]\nprior 1 to 100" in [text.get_text() for text in axes.texts]


def test_a_tornado_has_bars_in_order_with_intervals_and_the_first_index() -> None:
    (axes,) = indices_figure(INDICES, "What drives it").axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([50, 30, 10])  # type: ignore[attr-defined]
    assert [xs(line) for line in axes.get_lines()] == [
        *(pytest.approx(ends) for ends in ([45, 55], [25, 35], [5, 15])),
        *(pytest.approx([first, first]) for first in (40, 30, 0)),
    ]
    first, chance, _ = (text.get_text() for text in axes.get_yticklabels())
    assert (first.splitlines()[0], chance) == ("pay doubled", "chance")
    assert len({bar.get_hatch() for bar in axes.patches}) == 2  # type: ignore[attr-defined]


def test_effects_that_hardly_matter_are_pale() -> None:
    (axes,) = effects_figure(EFFECTS, "What moves it", "share").axes
    assert [bar.get_alpha() for bar in axes.patches] == [0.9, 0.9, 0.35]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([50, 30, 10])  # type: ignore[attr-defined]


def test_a_policy_has_the_quantiles_of_its_regret_in_marks_of_their_own() -> None:
    found = robust()
    (axes,) = robustness_figure(found, "More is better", "count").axes
    marks = [line for line in axes.get_lines() if len(xs(line)) == 1]
    names = [f"regret_{name}" for name in ("q50", "q75", "q90", "q95", "max")]
    assert [xs(line)[0] for line in marks] == [
        value for row in found.policies.select(names).rows() for value in row
    ]
    assert len({line.get_marker() for line in marks}) == 5
    assert axes.get_yticklabels()[0].get_text() == "pay\nalone best in 80 % of worlds"


def test_pairs_stand_in_order_of_who_left_only_with_it() -> None:
    found = Attribution(3, pl.DataFrame(), None, None, PAIRS)
    (axes,) = attribution_figure(found, "Who left", "Some did.").axes
    assert [bar.get_height() for bar in axes.patches] == [9, 5, 3, 0, -2, -1]  # type: ignore[attr-defined]


FIGURES: dict[str, Callable[[], Figure]] = {
    "tipping": lambda: tipping_figure(tipped(), "Does it hold? " * 9, MEANT),
    "box": lambda: discovered(PAY, BAN),
    "line": lambda: discovered(PAY),
    "posterior": lambda: calibration_figure(QUANTILES, INFORMED, INPUTS, "What they say", MEANT),
    "indices": lambda: indices_figure(INDICES, "What drives it"),
    "regret": lambda: robustness_figure(robust(), "More is better", "share"),
}


@pytest.mark.parametrize("kind", FIGURES)
def test_nothing_is_drawn_outside_the_figure(kind: str) -> None:
    figure = FIGURES[kind]()
    box, (wide, tall) = figure.get_tightbbox(), figure.get_size_inches()
    assert 0 <= box.x0 < box.x1 <= wide
    assert 0 <= box.y0 < box.y1 <= tall
