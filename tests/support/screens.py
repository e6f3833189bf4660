"""What a finding looks like on a terminal, and in the folder of its study."""

import codecs
import json
import re
from collections import Counter
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NoReturn

import polars as pl
from rich.console import RenderableType

from defectsim.cli import _alike
from defectsim.core.screen import Screen
from defectsim.studies.readings.result import ReadingResult

codecs.register_error("defectsim", _alike)

WIDE = 400
_NUMBER = re.compile(r"\d[\d.,:e+%]*")


def shown(content: RenderableType, width: int = 80, encoding: str = "utf-8") -> str:
    """Return what a terminal shows."""
    data = BytesIO()
    file = TextIOWrapper(data, encoding=encoding, errors="defectsim")
    Screen(file=file, width=width).show(content)
    file.flush()
    return data.getvalue().decode(encoding)


def expect_whole(content: RenderableType) -> None:
    """Expect lines of at most 80 characters, and no number broken in two, in ASCII too."""
    numbers = Counter(_NUMBER.findall(shown(content, WIDE)))
    for encoding in ("utf-8", "ascii"):
        text = shown(content, encoding=encoding)
        assert max(map(len, text.splitlines())) <= 80
        assert Counter(_NUMBER.findall(text)) == numbers
        assert "?" not in text


def drawn_and_stored(found: ReadingResult, folder: Path) -> None:
    """Expect a finding that is a sentence, fits a terminal, and is stored with its figure."""
    assert found.found.endswith(".")
    expect_whole(found.shown)
    found.save(folder)
    read = json.loads((folder / f"readings/{found.name}.json").read_text(), parse_constant=_refuse)
    assert (read["reading"], read["found"]) == (found.name, found.found)
    assert len(read["rows"]) == found.table.height
    assert pl.read_parquet(folder / f"readings/{found.name}.parquet").equals(found.table)
    drawn = (folder / f"figures/{found.name}.png").is_file()
    assert drawn is (found.figure is not None)


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")
