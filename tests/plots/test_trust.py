"""Pictures by which the trust in a study is judged: belief, records, replicates, targets."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from defectsim.analysis.runs.convergence import convergence
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.trusted.belief import belief_figure
from defectsim.plots.trusted.convergence import convergence_figure
from defectsim.plots.trusted.predictive import predictive_figure
from defectsim.plots.trusted.records import recorded_figure
from madeup import compared, frame, run

DATES = [dt.date(2019, 1, 7) + dt.timedelta(weeks=week) for week in range(8)]
SHARES = ("q05", "q25", "q50", "q75", "q95")


def course(middle: list[float], **words: str) -> pl.DataFrame:
    """Return quantiles at each date around a median."""
    return pl.DataFrame(
        {
            **{name: [word] * len(middle) for name, word in words.items()},
            "date": DATES[: len(middle)],
            "runs": 5,
            **{
                name: [value * (0.8 + 0.1 * n) for value in middle] for n, name in enumerate(SHARES)
            },
        }
    )


DOUBTS = pl.concat(
    course([week * step for week in range(8)], rank=rank, fate=fate)
    for rank, step in (("officer", 0.05), ("general", 0.1))
    for fate in ("falls", "survives")
)
TRUTH = pl.DataFrame({"date": DATES, "runs": 10, "share": [0.0] * 6 + [0.5] * 2}).with_columns(
    low=pl.col("share") / 2, high=pl.col("share") + 0.3
)
PREDICTIVE = pl.DataFrame(
    {
        "target": ["guard_rate", "jailed", "fixed"],
        "observed": [1.5, 900.0, 2.0],
        "q05": [1.0, 100.0, 2.0],
        "q50": [1.75, 150.0, 2.0],
        "q95": [2.0, 200.0, 2.0],
        "tail": [0.8, 0.002, 1.0],
        "outside": [False, True, False],
    }
)
CONVERGING = convergence(frame([run(r, deserted=100 + r % 7) for r in range(40)]))


def data(line: object) -> list[float]:
    return np.asarray(line.get_ydata()).tolist()  # type: ignore[attr-defined]


def test_each_rank_has_its_doubts_by_fate_against_the_fall_of_the_regime() -> None:
    figure = belief_figure(DOUBTS, TRUTH, "Who doubts?")
    assert [axes.texts[-1].get_text() for axes in figure.axes] == ["Officers", "Generals"]
    falls, survives, truth = figure.axes[1].get_lines()
    assert data(falls) == data(survives) == pytest.approx([week * 0.1 for week in range(8)])
    assert falls.get_linestyle() != survives.get_linestyle() != truth.get_linestyle()
    assert data(truth) == TRUTH["share"].to_list()
    assert figure.axes[0].get_ylim() == (-0.02, 1.02)


def test_where_nothing_is_told_of_the_regime_there_is_belief_alone() -> None:
    one = DOUBTS.filter(fate="survives")
    figure = belief_figure(one)
    assert len(figure.axes[0].get_lines()) == 1
    assert "has fallen" not in " ".join(text.get_text() for text in figure.texts)


def test_records_are_drawn_against_the_truth_and_named_at_their_ends() -> None:
    parts = {"deserted": [0.0, 50, 100], "recorded": [0.0, 20, 95], "share": [0.0, 0.4, 0.95]}
    figure = recorded_figure(pl.concat(course(one, counted=name) for name, one in parts.items()))
    people, share = figure.axes
    assert [data(line) for line in people.get_lines() if line.get_linewidth() > 1] == [
        parts["deserted"],
        parts["recorded"],
    ]
    assert {"true", "on record"} <= {text.get_text() for text in people.texts}
    assert data(share.get_lines()[0]) == parts["share"]
    assert share.get_ylim()[0] == 0
    assert share.get_ylim()[1] >= 1


def test_an_estimate_has_its_interval_and_a_line_at_the_last() -> None:
    deserted, *_, falls = convergence_figure(CONVERGING).axes
    rows = CONVERGING.filter(outcome="deserted")
    estimate, last = deserted.get_lines()
    assert data(estimate) == rows["estimate"].to_list()
    assert data(last) == [rows["estimate"][-1]] * 2
    low, high = falls.get_ylim()
    late = CONVERGING.filter(pl.col("outcome") == "falls", pl.col("replicates") >= 10)
    assert high == pytest.approx(1.1 * late["high"].max())
    assert low < 0


def test_a_comparison_has_a_row_a_scenario_and_marks_no_difference() -> None:
    found = convergence(compared(deserted=([1, 1, 1, 1], [2, 4, 9, 3])))
    axes = convergence_figure(found).axes[0]
    assert [0, 0] in [data(line) for line in axes.get_lines()]
    shown = [text.get_text() for text in axes.texts]
    assert "other" in shown
    assert any(text.startswith("+3.5 [") and text.endswith("after 4") for text in shown)


def test_observed_targets_lie_where_they_are_among_replicates() -> None:
    (axes,) = predictive_figure(PREDICTIVE).axes
    marks = axes.get_lines()
    middle, observed = marks[::2], marks[1::2]
    assert [float(np.asarray(line.get_xdata())[0]) for line in middle] == [0.75, 0.5, 0.5]
    assert [float(np.asarray(line.get_xdata())[0]) for line in observed] == [0.5, 1.75, 0.5]
    assert [line.get_marker() for line in observed] == ["o", ">", "o"]
    assert [line.get_markerfacecolor() == "white" for line in observed] == [False, True, False]
    assert "1.75 [1–2]" in [text.get_text() for text in axes.texts]


FIGURES = {
    "belief": lambda: belief_figure(DOUBTS, TRUTH, "Does it hold? " * 9),
    "records": lambda: recorded_figure(
        pl.concat(course([0.0, 50, 100], counted=name) for name in ("deserted", "recorded"))
    ),
    "convergence": lambda: convergence_figure(CONVERGING, "Does it hold? " * 9),
    "predictive": lambda: predictive_figure(PREDICTIVE, "Does it hold? " * 9),
}


@pytest.mark.parametrize("kind", FIGURES)
def test_nothing_is_drawn_outside_the_figure_or_over_another(kind: str) -> None:
    figure: Figure = FIGURES[kind]()  # type: ignore[no-untyped-call]
    figure.draw_without_rendering()
    texts = [one for one in figure.findobj(Text) if one.get_text() and one.get_visible()]
    written = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 <= box.y0, text
        assert box.x1 <= figure.bbox.x1, text
    boxes = [text.get_window_extent() for text in written if text.get_text()]
    assert not any(
        one.overlaps(two) for place, one in enumerate(boxes) for two in boxes[place + 1 :]
    )


def test_nothing_to_draw_is_said() -> None:
    for draw, frame_ in (
        (belief_figure, DOUBTS),
        (recorded_figure, course([1.0], counted="share")),
        (convergence_figure, CONVERGING),
    ):
        with pytest.raises(NothingToDrawError, match="nothing to draw"):
            draw(frame_.clear())  # type: ignore[operator]
