"""A grid of panels under named columns, in named rows."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.plots.style import WIDTH, Heading, note

# in inches
_LEFT, _BETWEEN, _FOOT, _NAMES = 0.6, 0.8, 0.5, 0.35


class Room(NamedTuple):
    """Room in a grid of panels, in inches."""

    tall: float = 1.5
    """Height of a panel."""
    numbers: float = 0.6
    """Above the first panels, for a row's name and two lines of numbers."""
    key: float = 0.0
    """For a key below the heading."""
    gap: float = 0.6
    """Between panels."""
    right: float = 0.2


_USUAL = Room()


def panel_grid(
    heading: Heading, rows: Sequence[str], columns: Sequence[str], room: Room = _USUAL
) -> tuple[Figure, list[list[Axes]]]:
    """Return a figure with its heading, and its axes by row and column.

    Parameters
    ----------
    rows, columns
        Names; those of columns have up to two lines.
    """
    top = heading.height + room.key + _NAMES + room.numbers
    height = top + (room.tall + _BETWEEN) * len(rows) - _BETWEEN + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    wide = (WIDTH - _LEFT - room.right - room.gap * (len(columns) - 1)) / len(columns)
    grid = []
    for row, name in enumerate(rows):
        bottom = 1 - (top + row * (room.tall + _BETWEEN) + room.tall) / height
        lefts = ((_LEFT + column * (wide + room.gap)) / WIDTH for column in range(len(columns)))
        boxes = [(left, bottom, wide / WIDTH, room.tall / height) for left in lefts]
        grid.append([figure.add_axes(box) for box in boxes])
        note(grid[row][0], name, (0, 1), (-28, 27), weight="bold", va="bottom")
    for name, axes in zip(columns, grid[0], strict=True):
        above = (0, 72 * room.numbers + 4)
        note(axes, name, (0, 1), above, size=9, weight="bold", va="bottom")
    return figure, grid
