"""What stands above a picture: a headline, and what is drawn."""

import textwrap
from typing import Any, NamedTuple, Self

from matplotlib.figure import Figure

from defectsim.plots.palette import INK

WIDTH = 9.5
"""Of all pictures, in inches."""
_MARGIN, _TITLE_LINE, _LINE = 0.15, 0.24, 0.17  # in inches
_TITLE_LETTERS, _LETTERS = 78, 150  # of a line


class Heading(NamedTuple):
    """Lines of text above a picture."""

    title: list[str]
    told: list[str]

    @classmethod
    def of(cls, title: str, told: str) -> Self:
        """Return a headline, and what is told below it, in lines that fit."""
        return cls(textwrap.wrap(title, _TITLE_LETTERS), textwrap.wrap(told, _LETTERS))

    @property
    def height(self) -> float:
        """In inches, with the margins above and below."""
        return 2 * _MARGIN + _TITLE_LINE * len(self.title) + _LINE * len(self.told)

    def write(self, figure: Figure) -> None:
        """Write it at the top of a figure."""
        top = figure.get_figheight() - _MARGIN
        for line in self.title:
            _write(figure, top, line, size=13, weight="bold", color="black")
            top -= _TITLE_LINE
        for line in self.told:
            _write(figure, top, line, size=8.5, color=INK)
            top -= _LINE


def _write(figure: Figure, y: float, text: str, **look: Any) -> None:
    figure.text(_MARGIN / WIDTH, y / figure.get_figheight(), text, va="top", **look)
