from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import polars as pl
import pytest

from defectsim.plots.happens.cascade import cascade_figure
from defectsim.plots.style import save

type Study = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def saved(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A figure that was drawn and saved twice, under two names."""
    folder = tmp_path_factory.mktemp("saved")
    before = mpl.rcParams["svg.hashsalt"]
    for place, name in (("one", "cascade"), ("two", "sweep")):
        figure = cascade_figure(study(weeks=10, replicates=2), title="A title")
        save(figure, folder / place, name, forms=("png", "svg", "pdf"))
    assert mpl.rcParams["svg.hashsalt"] == before
    return folder


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_all_files_are_the_same_each_time(saved: Path, kind: str) -> None:
    one, two = saved / f"one/cascade.{kind}", saved / f"two/sweep.{kind}"
    assert one.read_bytes() == two.read_bytes()


def test_the_picture_has_200_dots_an_inch(saved: Path) -> None:
    header = (saved / "one/cascade.png").read_bytes()
    assert int.from_bytes(header[16:20]) == round(200 * 9.5)


def test_a_picture_may_have_another_name(saved: Path) -> None:
    names = sorted(path.name for path in (saved / "two").iterdir())
    assert names == ["sweep.pdf", "sweep.png", "sweep.svg"]
