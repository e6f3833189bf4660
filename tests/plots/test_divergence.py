import datetime as dt

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.divergence import Divergence, summarize_divergence
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.differs.divergence import divergence_figure


def pair(people: int) -> pl.DataFrame:
    """Return one pair of runs in which some generals act differently, and one is only treated so."""
    rows = [
        {
            "agent": str(number),
            "branch": "army",
            "rank": "general",
            "date": dt.date(2019, 2, 1 + number),
            "acted": number > 0,
            "status_base": "loyal",
            "status_other": "defected" if number > 0 else "loyal",
        }
        for number in range(people + 1)
    ]
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def found() -> Divergence:
    return summarize_divergence([pair(3), pair(5), pair(5).clear()])


def test_each_group_has_medians_and_intervals_of_who_differs_how(found: Divergence) -> None:
    (axes,) = divergence_figure({"other": found}).axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Everybody", "Generals", "army"]
    acted, treated, ended = axes.get_lines()[:6:2]
    assert np.asarray(acted.get_xdata()).tolist() == [0, 5]
    assert np.asarray(treated.get_xdata()).tolist() == [0, 1]
    assert np.asarray(ended.get_xdata()).tolist() == [0, 5]
    assert [np.asarray(line.get_xdata())[0] for line in axes.get_lines()[1:6:2]] == [3, 1, 3]
    assert len({line.get_marker() for line in axes.get_lines()[1:6:2]}) == 3


def test_pairs_and_dates_stand_beside_and_scenarios_share_an_axis(found: Divergence) -> None:
    one, two = divergence_figure({"one": found, "two": found}).axes
    assert "2 of 3; 2019-02-03" in [text.get_text() for text in one.texts]
    assert one.get_xlim() == two.get_xlim()


def test_a_pair_in_which_all_behave_the_same_is_told(found: Divergence) -> None:
    words = " ".join(text.get_text() for text in divergence_figure({"other": found}).texts)
    assert "Everybody behaves the same: other in 1." in words
    with pytest.raises(NothingToDrawError, match="nobody behaves differently"):
        divergence_figure({"other": summarize_divergence([pair(1).clear()])})
