import datetime as dt

import polars as pl

from defectsim.analysis.summaries import observed


def test_the_end_and_the_peak_of_each_number_are_summarized_across_replicates() -> None:
    days = [dt.date(2018, 1, day) for day in (1, 8, 15)]
    courses = {("a", "x"): [[0, 9, 3], [0, 5, 5]], ("b", "x"): [[1, 1, 1], [1, 1, 1]]}
    rows = [
        (replicate, date, *what, float(value))
        for what, runs in courses.items()
        for replicate, run in enumerate(runs)
        for date, value in zip(reversed(days), reversed(run), strict=True)
    ]
    frame = pl.DataFrame(
        rows, schema=["replicate", "date", "observer", "name", "value"], orient="row"
    )
    one, two = observed(frame).sort("observer").to_dicts()
    assert (one["observer"], one["name"], one["end_q50"], one["peak_q50"]) == ("a", "x", 4.0, 7.0)
    assert one["end_q05"] < 4.0 < one["end_q95"] < one["peak_q95"] <= 9.0
    assert {two[name] for name in two if "_q" in name} == {1.0}
