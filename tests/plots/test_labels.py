from collections.abc import Callable
from itertools import pairwise

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from defectsim.analysis import shares
from defectsim.plots.happens.cascade import cascade
from defectsim.plots.style import end_labels, percent, spread

type Study = Callable[..., pl.DataFrame]


def test_places_that_are_clear_of_each_other_stay() -> None:
    assert spread([10, 50, 90], 20, 0, 100) == pytest.approx([10, 50, 90])


def test_places_that_clash_move_apart_evenly() -> None:
    assert spread([50, 50, 50], 20, 0, 100) == pytest.approx([30, 50, 70])


def test_places_stay_within_bounds() -> None:
    assert spread([0, 0, 0], 20, 5, 100) == pytest.approx([5, 25, 45])
    assert spread([99, 100], 20, 0, 100) == pytest.approx([80, 100])


def test_places_that_do_not_fit_pass_the_upper_bound() -> None:
    assert spread([1, 2, 3], 20, 0, 30) == pytest.approx([0, 20, 40])


def test_no_places() -> None:
    assert spread([], 20, 0, 30) == []


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (1e-6, "<0.001"),
        (1.2e-5, "0.0012"),
        (0.000363, "0.036"),
        (0.0565, "5.7"),
        (0.443, "44"),
        (1, "100"),
    ],
)
def test_percentages_have_two_figures(share: float, text: str) -> None:
    assert percent(share) == text


def test_labels_show_strength_median_and_interval_and_do_not_overlap(study: Study) -> None:
    figure = Figure()
    axes = figure.add_axes((0.1, 0.1, 0.6, 0.8))
    frame = shares.cascade(study(), counted=["deserted"])
    end_labels(frame, cascade(frame, axes))
    texts = [text for text in axes.texts if isinstance(text, Text)]
    shown = [text.get_text() for text in texts]
    assert {"Enlisted", "NCOs", "Officers", "Generals"} < set(shown)
    assert "n = 1,000" in shown
    assert "15 % [5.0–25]" in shown
    assert "3 people [1–5]" in shown
    boxes = sorted((text.get_window_extent() for text in texts), key=lambda box: (box.y0, box.x0))
    assert not any(one.overlaps(two) and one.x0 < two.x0 < one.x1 for one, two in pairwise(boxes))
