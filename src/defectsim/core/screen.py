"""Text of people on a screen: as it was written, whatever it looks like.

No text is markup, and no number is broken, however narrow the terminal is.
"""

import os
import re
import sys
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.style import StyleType
from rich.table import Column, Table
from rich.text import Text

from defectsim.core.errors import StorageError
from defectsim.core.formatting import plain

_LABEL = 8
"""Width below which a column of words does not shrink."""
_NUMBER = re.compile(r"[-+<(\[]?\d[\d.,:e%–+-]*[\])]?,?")
"""A number, a date, or an end of an interval."""


def plain_text(text: str, style: str = "") -> Text:
    """Return text for a screen, as it was written."""
    return Text(plain(text), style=style)


class PlainTable(Table):
    """A table of plain text, whose numbers are whole at any width.

    Columns on the right are numbers, which wrap between words once no other column can give way.
    """

    def add_column(self, header: RenderableType = "", *args: Any, **options: Any) -> None:
        """Add a column; long words of labels are folded, and nothing is cut off."""
        super().add_column("", *args, **{"overflow": "fold", **options})
        column = self.columns[-1]
        column.header = _cell(header, column) if isinstance(header, str) else header

    def add_row(
        self,
        *renderables: RenderableType | None,
        style: StyleType | None = None,
        end_section: bool = False,
    ) -> None:
        """Add a row, whose strings are plain text."""
        columns = self.columns
        cells = [
            _cell(one, column) if isinstance(one, str) else one
            for one, column in zip(renderables, columns, strict=True)
        ]
        super().add_row(*cells, style=style, end_section=end_section)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the table, wider than the terminal if its numbers need it."""
        _, right, _, left = self.padding
        between = max(left, right) if self.collapse_padding else left + right
        lines = len(self.columns) + (1 if self.show_edge else -1) if self.box else 0
        edges = left + right - between
        least = edges + lines + sum((column.min_width or 0) + between for column in self.columns)
        wide = options.update_width(max(options.max_width, least))
        yield from super().__rich_console__(console, wide)


def _cell(content: str, column: Column) -> Text:
    """Return a cell, and let its column be wide enough for its longest number."""
    text, numbers = plain(content), column.justify == "right"
    for word in text.split():
        whole = numbers or _NUMBER.fullmatch(word)
        least = cell_len(word) if whole else min(cell_len(word), _LABEL)
        column.min_width = max(column.min_width or 0, least)
    return Text(text, no_wrap=False if numbers else None)


class Screen(Console):
    """A console that prints plain text, and on which no run depends.

    Once nobody can read it any more, it prints nothing.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def show(self, content: RenderableType, style: str | None = None) -> None:
        """Print text or tables; lines that are too long are left to the terminal, not cut."""
        content = plain_text(content) if isinstance(content, str) else content
        self.print(content, style=style, crop=False)

    def on_broken_pipe(self) -> None:
        """Print nothing from now on."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())

    def _check_buffer(self) -> None:
        try:
            super()._check_buffer()
        except OSError as error:
            self.on_broken_pipe()
            if self.file is not sys.stderr:
                raise StorageError(
                    f"what is printed cannot be written: {error.strerror}"
                ) from error
