"""Axes of a figure as plain data, by which a page tells the values under the pointer."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import DateLocator
from matplotlib.figure import Figure

_POINTS = 72.0


def axes_as_data(figure: Figure) -> list[dict[str, Any]]:
    """Return by axes where they lie in the figure as SVG, in points, and what they span.

    An axis without ticks, as of rows that have names, spans nothing.
    """
    return [_place(figure, axes) for axes in figure.axes if axes.axison]


def _place(figure: Figure, axes: Axes) -> dict[str, Any]:
    width, height = _POINTS * figure.get_figwidth(), _POINTS * figure.get_figheight()
    box = axes.get_position()
    corners = {
        "left": width * box.x0,
        "right": width * box.x1,
        "top": height * (1 - box.y1),
        "bottom": height * (1 - box.y0),
    }
    spans = {"x": _span(axes.xaxis), "y": _span(axes.yaxis)}
    return {**{name: round(place, 2) for name, place in corners.items()}, **spans}


def _span(axis: Axis) -> dict[str, Any] | None:
    low, high = map(float, axis.get_view_interval())
    if not len(axis.get_majorticklocs()) or axis.get_scale() not in ("linear", "log"):
        return None
    date = isinstance(axis.get_major_locator(), DateLocator)
    return {"from": low, "to": high, "log": axis.get_scale() == "log", "date": date}
