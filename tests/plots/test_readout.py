"""Axes as data: a point of the page is the value that the figure draws there."""

import datetime as dt

import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from defectsim.plots.readout import axes_as_data
from defectsim.plots.style import as_svg


def test_axes_lie_where_the_figure_draws_them() -> None:
    figure = Figure(figsize=(5, 4))
    axes = figure.add_axes((0.1, 0.2, 0.5, 0.6))
    axes.plot([1, 100], [0, 8])
    axes.set_xscale("log")
    axes.set(xlim=(1, 100), ylim=(0, 8))
    (found,) = axes_as_data(figure)
    assert [found[name] for name in ("left", "right", "top", "bottom")] == [36, 216, 57.6, 230.4]
    assert found["x"] == {"from": 1.0, "to": 100.0, "log": True, "date": False}
    assert found["y"] == {"from": 0.0, "to": 8.0, "log": False, "date": False}
    assert 'viewBox="0 0 360 288"' in as_svg(figure, "one")


def test_dates_are_days_and_rows_of_names_are_no_numbers() -> None:
    figure = Figure()
    axes = figure.subplots()
    days = [dt.date(2019, 1, 23), dt.date(2019, 2, 5)]
    axes.plot(days, [1, 2])
    axes.set_xlim(days[0], days[1])
    axes.set_yticks([])
    (found,) = axes_as_data(figure)
    assert found["x"]["date"]
    assert found["x"]["from"] == pytest.approx(date2num(days[0]))
    assert found["y"] is None
