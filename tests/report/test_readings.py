"""Tables of readings fit a terminal of 80 columns, whatever their numbers and names are."""

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.attribution import Attribution
from defectsim.analysis.intervals import Interval
from defectsim.analysis.robustness import robustness
from defectsim.analysis.tipping.points import tipping
from defectsim.analysis.tipping.switches import LeverRange
from defectsim.report.attribution import attribution_table
from defectsim.report.robustness import robustness_table
from defectsim.report.sensitivity import effects_table, indices_table
from defectsim.report.tipping import boundary_table, tipping_table
from screens import expect_whole, shown

LONG = "behaviour.soldier.parameters.punishment_defection_of_families.lognormal.0"


@pytest.mark.parametrize(("kind", "size"), [("count", 2e6), ("share", 0.5), ("number", 1e-7)])
def test_many_policies_of_any_outcome(kind: str, size: float) -> None:
    values = np.random.default_rng(1).random((40, 3)) * size
    names = ["venezuela-2019-no-off-ramp", "venezuela-2019-one-general", "none"]
    runs = pl.DataFrame(
        [
            (w, name, value)
            for w, row in enumerate(values)
            for name, value in zip(names, row, strict=True)
        ],
        schema=["world", "policy", "value"],
        orient="row",
    )
    found = robustness(runs, "more", threshold=size / 2)
    expect_whole(robustness_table(found, "Title", kind))


@pytest.mark.parametrize(("kind", "size"), [("count", 1e6), ("share", 0.1), ("number", 1e6)])
def test_inputs_with_long_paths(kind: str, size: float) -> None:
    ends = {"_low": 1.2345678 * size, "": 2.3456789 * size, "_high": 3.4567891 * size}
    evidence = {"name": [LONG, "chance"], "range": ["1e-07 to 1.23457e+06", None]}
    measures = [f"{one}{end}" for one in ("mu_star", "sigma", "total", "first") for end in ends]
    columns = dict.fromkeys(measures, 0.0) | {
        f"{one}{end}": value
        for one in ("mu_star", "sigma", "total", "first")
        for end, value in ends.items()
    }
    rest = {"grade": ["unsourced", None], "kept": [True, False], "direction": ["no direction"] * 2}
    table = pl.DataFrame({**evidence, **{k: [v, v] for k, v in columns.items()}, **rest})
    expect_whole(effects_table(table, "Title", "Found.", kind))
    expect_whole(indices_table(table, "Title", "Found."))


def test_people_of_an_army_of_millions() -> None:
    counts = {
        f"{name}_{end}": [number, number]
        for name in ("both", "only_with", "only_without")
        for end, number in {"q05": 1_234_567, "q50": 2_345_678, "q95": 3_456_789}.items()
    }
    people = pl.DataFrame({"branch": ["national-guard", "all"], "rank": ["all", "all"], **counts})
    found = Attribution(9, people, Interval(1e6, 2e6), "2020-01-01", pl.DataFrame())
    table = attribution_table(found, "Title", "Found.")
    expect_whole(table)
    assert "[1,234,567–3,456,789]" in shown(table)


def test_a_lever_with_a_long_path() -> None:
    lever = LeverRange(LONG, 0, 5_000_000)
    runs = [
        (seed, 249_999.5 * step, step > 10 + seed % 3) for seed in range(30) for step in range(21)
    ]
    found = tipping(runs, lever)
    expect_whole(tipping_table(found, "Title"))
    rows = {"value": 2_750_003.25, "low": 2_500_005.5, "high": 3_000_006.5, "never": 0, "seeds": 30}
    table = pl.DataFrame([{LONG: "conditions: full", **rows}])
    expect_whole(boundary_table(table, LONG, LONG, "Title", "Found."))
