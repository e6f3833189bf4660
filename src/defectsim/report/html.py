"""Terminal output as HTML for notebooks."""

from io import StringIO

from rich.console import Console, RenderableType

WIDTH = 110
"""Characters in a line."""

_PAGE = (
    '<pre style="line-height: 1.25; overflow-x: auto; white-space: pre; font-family: monospace">'
    "{code}</pre>"
)


def as_html(shown: RenderableType) -> str:
    """Return a rich renderable as a piece of HTML that needs no style sheet."""
    console = Console(file=StringIO(), record=True, width=WIDTH, force_jupyter=False)
    console.print(shown)
    return console.export_html(inline_styles=True, code_format=_PAGE)
