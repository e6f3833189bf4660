"""Text that people write is drawn as it was written: no formula, no markup, nothing that ends the drawing."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from defectsim.analysis.paired import paired
from defectsim.plots.depends.sweep import sweep_figure
from defectsim.plots.differs.differences import difference_figure
from defectsim.plots.happens.cascade import cascade_figure
from defectsim.plots.style import save
from madeup import compared, frame, run

NASTY = [
    "Does $x^ {a $ hold?",
    "$10 or $20",
    r"\frac",
    "<b>&amp;--",
    "a\x1b[31m\u202eb",
    "_a",
]
SHOWN = [*NASTY[:4], r"a\x1b[31m\u202eb", "_a"]


def swept(levers: int) -> pl.DataFrame:
    """Return runs whose levers have nasty names and values."""
    points = list(zip(NASTY, reversed(NASTY), strict=True))
    return frame(
        [
            run(0, point=point, **dict(zip(NASTY[:levers], words, strict=False)), deserted=point)
            for point, words in enumerate(points)
        ]
    )


def differences() -> pl.DataFrame:
    """Return differences of scenarios with nasty names."""
    runs = compared(deserted=([100, 120, 90, 110], [130, 150, 100, 150]))
    both = [*runs.partition_by("scenario", maintain_order=True)]
    named = [
        one.with_columns(scenario=pl.lit(name), point=pl.lit(point))
        for point, name in enumerate(NASTY)
        for one in both[1 if point else 0 :][:1]
    ]
    return paired(pl.concat(named))


FIGURES: dict[str, Callable[[pl.DataFrame, str], Figure]] = {
    "cascade": lambda series, title: cascade_figure(
        series, [(name, dt.date(2014, 3, 3)) for name in NASTY], title
    ),
    "differences": lambda _, title: difference_figure(differences(), title),
    "line": lambda _, title: sweep_figure(swept(1), "deserted", title),
    "map": lambda _, title: sweep_figure(swept(2), "deserted", title),
}


@pytest.mark.parametrize("kind", FIGURES)
def test_it_is_drawn_as_written(
    kind: str, study: Callable[..., pl.DataFrame], tmp_path: Path
) -> None:
    figure = FIGURES[kind](study(weeks=10, replicates=2), " ".join([*NASTY, "\udcff"]))
    save(figure, tmp_path, "cascade")
    ElementTree.parse(tmp_path / "cascade.svg")
    texts = [one for one in figure.findobj(Text) if set("$\\_") & set(one.get_text())]
    assert not any(one.get_parse_math() or one.get_usetex() for one in texts)
    drawn = " ".join(one.get_text() for one in texts)
    parts = {"line": SHOWN, "map": SHOWN, "cascade": SHOWN, "differences": SHOWN[1:]}
    assert [one for one in parts[kind] if one not in drawn] == []
