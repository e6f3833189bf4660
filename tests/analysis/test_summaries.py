from collections.abc import Callable

import polars as pl
import pytest

from defectsim.analysis import SPLIT_SHARE, summary
from defectsim.core.errors import StudyError

type Frame = Callable[..., pl.DataFrame]


def runs(shares: list[float | None], generals: list[int | None]) -> pl.DataFrame:
    status = ["failed" if share is None else "done" for share in shares]
    return pl.DataFrame({"status": status, "share_defected": shares, "generals_defected": generals})


@pytest.fixture
def series(frame: Frame) -> pl.DataFrame:
    """Five runs; in run i of the army, 10 i enlisted desert and 2 i generals defect; in the navy nobody."""
    return frame(
        {
            (replicate, branch, rank): [
                (0, 0),
                (9, 9),
                (10 * replicate * army * man, 2 * replicate * army * (not man)),
            ]
            for replicate in range(5)
            for branch, army in (("navy", 0), ("army", 1))
            for rank, man in (("enlisted", 1), ("general", 0))
        }
    )


def test_the_table_has_branches_ranks_and_totals(series: pl.DataFrame) -> None:
    table = summary(series, runs([0.0] * 5, [0, 2, 4, 6, 8])).shares
    rows = list(zip(table["branch"], table["rank"], strict=True))
    assert rows == [
        *[(branch, rank) for branch in ("navy", "army") for rank in ("enlisted", "general")],
        *[("navy", "all"), ("army", "all"), ("all", "enlisted"), ("all", "general"), ("all", "all")],
    ]
    assert table["strength"].to_list() == [100] * 4 + [200] * 4 + [400]


def test_shares_are_those_at_the_end(series: pl.DataFrame) -> None:
    table = summary(series, runs([0.0] * 5, [0, 2, 4, 6, 8])).shares
    (enlisted,) = table.filter(branch="army", rank="enlisted").to_dicts()
    assert [enlisted[f"deserted_{q}"] for q in ("q05", "q50", "q95")] == pytest.approx([0.02, 0.2, 0.38])
    assert [enlisted[f"defected_{q}"] for q in ("q05", "q50", "q95")] == [0, 0, 0]
    (everyone,) = table.filter(branch="all", rank="all").to_dicts()
    assert [everyone[f"deserted_{q}"] for q in ("q05", "q50", "q95")] == pytest.approx([0.005, 0.05, 0.095])


def test_generals_are_counted(series: pl.DataFrame) -> None:
    found = summary(series, runs([0.0] * 5, [0, 2, 4, 6, 8]))
    assert found.generals == 200
    assert found.generals_defected == pytest.approx((0.4, 4, 7.6))


def test_the_chance_of_a_split_has_its_exact_interval(series: pl.DataFrame) -> None:
    never = summary(series, runs([0.0] * 40, [0] * 40)).split
    assert never == pytest.approx((0, 0, 1 - 0.05 ** (1 / 40)))
    half = summary(series, runs([0.0, 0.5], [0, 0])).split
    assert half == pytest.approx((1 - 0.95**0.5, 0.5, 0.95**0.5))


def test_a_split_is_more_than_the_threshold(series: pl.DataFrame) -> None:
    assert summary(series, runs([SPLIT_SHARE], [0])).split.middle == 0
    assert summary(series, runs([SPLIT_SHARE + 1e-9], [0])).split.middle == 1


def test_failed_runs_are_counted_and_left_out(series: pl.DataFrame) -> None:
    found = summary(series, runs([0.5, None, None], [3, None, None]))
    assert (found.done, found.failed) == (1, 2)
    assert found.generals_defected == (3, 3, 3)
    assert found.split.middle == 1


def test_a_study_without_a_good_run_has_no_summary(series: pl.DataFrame) -> None:
    with pytest.raises(StudyError, match="no run"):
        summary(series.clear(), runs([None], [None]))
