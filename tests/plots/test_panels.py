"""Panels: sizes in inches, labels that keep apart, names that are cut, and looks without colour."""

import pytest

from artists import written
from defectsim.plots.panels import (
    LOOKS,
    STATUS_LOOKS,
    Layout,
    direct_labels,
    name_panel,
    panels,
    percent_axis,
)
from defectsim.plots.style import WIDTH


def test_panels_have_the_size_that_is_asked_for() -> None:
    figure, axes = panels("Title", "Text.", Layout(2, 2, height=1.5))
    width, height = figure.get_size_inches()
    assert width == WIDTH
    assert len(axes) == 4
    assert axes[0].get_position().height * height == pytest.approx(1.5)


def test_labels_of_like_heights_keep_apart_and_keep_their_order() -> None:
    figure, (axes,) = panels("", "", Layout())
    percent_axis(axes, 1)
    direct_labels(axes, [(0.5, "b"), (0.501, "c"), (0.499, "a")])
    figure.canvas.draw()
    places = {text.get_text(): text.get_window_extent().y0 for text in axes.texts}
    assert places["a"] < places["b"] < places["c"]
    apart = 72 / figure.dpi * (places["b"] - places["a"])
    assert apart == pytest.approx(11, abs=0.5)


def test_a_name_that_is_too_long_is_cut_and_its_text_is_not() -> None:
    _, (axes, _) = panels("", "", Layout(1, 2))
    name_panel(axes, "a" * 200, "3 of 5 runs")
    name, text = written(axes)
    assert len(name) < 60
    assert name.endswith("…")
    assert text == "3 of 5 runs"


def test_a_long_text_beside_a_name_keeps_its_end() -> None:
    _, (axes, _) = panels("", "", Layout(1, 2))
    name_panel(axes, "survives", "a" * 200 + ", 3 of 5 runs")
    name, text = written(axes)
    assert name == "survives"
    assert text.startswith("…")
    assert text.endswith("3 of 5 runs")


def test_every_status_but_the_loyal_has_a_look_of_its_own_without_colour() -> None:
    assert "loyal" not in STATUS_LOOKS
    without_colour = {(str(look.line), look.hatch, look.marker) for look in STATUS_LOOKS.values()}
    assert len(without_colour) == len(STATUS_LOOKS)
    assert len({look.hatch for look in LOOKS}) == len(LOOKS)
