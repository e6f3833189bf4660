"""What figures show, read back from their artists."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray


def lines(axes: Axes) -> dict[str, NDArray[np.float64]]:
    """Return the heights of the lines of axes that have a label, by it."""
    found = {str(line.get_label()): line.get_ydata() for line in axes.get_lines()}
    return {
        label: np.asarray(heights, float)
        for label, heights in found.items()
        if not label.startswith("_")
    }


def written(of: Axes | Figure) -> list[str]:
    """Return the texts of axes, or of a figure and all axes of it."""
    own = [text.get_text() for text in of.texts]
    inner = of.axes if isinstance(of, Figure) else []
    return own + [text for axes in inner for text in written(axes)]


def outside(figure: Figure) -> list[str]:
    """Return the texts of a figure that are cut at its edge."""
    figure.canvas.draw()
    width, height = figure.bbox.size
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    for axes in figure.axes:
        if axes.axison:
            texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
    cut = []
    for text in texts:
        box = text.get_window_extent()
        if text.get_text() and (box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height):
            cut.append(text.get_text())
    return cut
