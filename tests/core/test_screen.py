"""Text on a screen is what people wrote, and numbers are whole."""

import os
import re
import sys
from io import StringIO
from typing import Any

import pytest
from rich.console import Console, RenderableType

from defectsim.core.errors import StorageError
from defectsim.core.screen import PlainTable, Screen, plain_text

NUMBERS = ("1,234,567", "+12.5 [+1,000.25, +20,000.75]", "2019-02-04", "3.70 [3.33–4.07]")


def shown(content: RenderableType, width: int = 80, console: type[Console] = Screen) -> str:
    said = StringIO()
    screen = console(file=said, width=width)
    screen.show(content) if isinstance(screen, Screen) else screen.print(content)
    return said.getvalue()


def table(*rows: tuple[str, ...], numbers: bool = True) -> PlainTable:
    made = PlainTable("name [/x]")
    for place in range(len(rows[0]) - 1):
        made.add_column(f"n{place}", justify="right" if numbers else "left", no_wrap=numbers)
    for row in rows:
        made.add_row(*row)
    return made


@pytest.mark.parametrize("console", [Console, Screen])
@pytest.mark.parametrize(
    "content", [plain_text("a [/x] [red]b[/] :smile:"), table(("a [/x] [red]b[/] :smile:", "1"))]
)
def test_nothing_is_markup_on_our_screen_or_on_another(
    content: RenderableType, console: type[Console]
) -> None:
    assert "a [/x] [red]b[/] :smile:" in shown(content, console=console)


def test_a_message_is_no_markup() -> None:
    assert shown("study in r[/x]/[red]") == "study in r[/x]/[red]\n"


def test_no_character_moves_the_cursor_or_turns_the_writing() -> None:
    said = shown(table(("a\x1b[2J\u202eb\r\x9b\udcff", "1")))
    assert r"a\x1b[2J\u202eb\r\x9b\udcff" in said
    assert said.replace("\n", "").isprintable()


@pytest.mark.parametrize("width", [10, 20, 40, 60, 80, 200])
@pytest.mark.parametrize("numbers", [True, False])
def test_numbers_are_whole_at_any_width(width: int, numbers: bool) -> None:
    said = shown(table(("a_branch_with_a_rather_long_name", *NUMBERS), numbers=numbers), width)
    for number in NUMBERS:
        for word in number.split():
            assert re.search(rf"(?<![\d.,+]){re.escape(word)}(?![\d.])", said), word
    assert "…" not in said


def test_no_run_depends_on_who_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as pipe:
        screen = Screen(file=pipe)
        screen.show("once")
        screen.show("again")
        assert screen.quiet


@pytest.mark.parametrize("stream", ["stderr", "stdout"])
def test_a_full_disk_under_progress_is_no_matter_under_tables_it_is(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, stream, full)
        options: dict[str, Any] = {"stderr": stream == "stderr"}
        screen = Screen(**options)
        if stream == "stderr":
            screen.show("a line")
        else:
            with pytest.raises(StorageError, match="No space left"):
                screen.show("a line")
        assert screen.quiet
