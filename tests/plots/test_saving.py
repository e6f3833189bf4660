from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import polars as pl

from defectsim.plots.cascade import cascade_figure
from defectsim.plots.style import save

type Study = Callable[..., pl.DataFrame]


def test_both_files_are_the_same_each_time(study: Study, tmp_path: Path) -> None:
    before = mpl.rcParams["svg.hashsalt"]
    for name in ("one", "two"):
        save(cascade_figure(study(weeks=10, replicates=2), title="A title"), tmp_path / name)
    for file in ("cascade.png", "cascade.svg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert mpl.rcParams["svg.hashsalt"] == before


def test_the_picture_has_200_dots_an_inch(study: Study, tmp_path: Path) -> None:
    save(cascade_figure(study(weeks=10, replicates=1)), tmp_path)
    header = (tmp_path / "cascade.png").read_bytes()
    assert int.from_bytes(header[16:20]) == round(200 * 9.5)


def test_a_picture_may_have_another_name(study: Study, tmp_path: Path) -> None:
    save(cascade_figure(study(weeks=10, replicates=1)), tmp_path, "sweep")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sweep.png", "sweep.svg"]
