"""Calibrate the parameters that all scenarios share against dated targets of seven armies.

    python -m tools.calibrate        # an hour and a half on two cores; a study that is there is used, or resumed

1. The bank of scenarios/sweeps/calibration.yaml: a run of each scenario at points that fill the declared ranges.
2. The same over the ranges that 98 % of the posterior's draws lie in (refocusing: Vernon, Goldstein and Bower 2010),
   whose posterior is the one that is kept.
3. Draws of it for scenarios/calibration/posterior.csv, and its medians, which are copied into
   scenarios/behaviour/default.yaml, rounded to three digits.
4. Two of these are moved until the means of two targets are what was observed (`MATCHED`), since medians of single
   parameters need not meet what all of them meet together.
5. Without each army in turn: 40 draws of that posterior, run in the army that was left out.

It writes the tables of docs/explanation/calibration.md.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from scipy.optimize import brentq
from tools.markdown import filled, table

import defectsim as ds
from defectsim.studies.readings.result import ReadingResult

FOLDER = Path("scenarios/calibration")
SWEEP = Path("scenarios/sweeps/calibration.yaml")
SHARED = Path("scenarios/behaviour/default.yaml")
PAGE = Path("docs/explanation/calibration.md")
SEED, POINTS = 2019, 1_024
DRAWS, PREDICTED = 200, 40
INNER = (0.01, 0.99)
"""Levels of the draws between which the second bank lies."""
DIGITS = 3
MATCHED = {
    "behaviour.general.parameters.base_defection": ("generals_in_time",),
    "behaviour.follow.parameters.base": ("officers_loyal", "troops_loyal"),
}
"""Parameters, and the targets whose mean over runs is matched by each, in this order."""
MATCHING_RUNS = 60
FOUND = "found by make calibrate"
SILENT = "assumption: the middle of what was tried; the targets of make calibrate say nothing of it"
"""Sources of the values, by whether the targets say anything."""


def bank(name: str, ranges: Mapping[str, tuple[float, float]]) -> ds.Study:
    """Return the study of the sweep with some ranges, run as far as it is not there yet."""
    folder, file = Path("results", name), Path("results", f"{name}.yaml")
    if folder.is_dir():
        study = ds.Study.open(folder)
        return study if study.complete else ds.resume(folder)
    text = SWEEP.read_text(encoding="utf-8").replace("- ../", "- ../scenarios/")
    text = _replaced(text, r"^name: .*", f"name: {name}")
    text = _replaced(text, r"points: \d+", f"points: {POINTS}")
    for path, (low, high) in ranges.items():
        text = _replaced(
            text, rf"{re.escape(path)}: {{range: .*?\]", f"{path}: {{range: [{low:g}, {high:g}]"
        )
    file.write_text(text, encoding="utf-8")
    return ds.sweep(ds.load_sweep(file, allow_code=True), out="results", seed=SEED)


def _replaced(text: str, pattern: str, new: str) -> str:
    text, count = re.subn(pattern, new, text, flags=re.M)
    if count != 1:
        raise SystemExit(f"{SWEEP} has {pattern} {count} times, not once")
    return text


def narrowed(found: ReadingResult) -> dict[str, tuple[float, float]]:
    """Return the ranges in which most draws of a posterior lie."""
    return {
        path: (_rounded(np.quantile(draws, INNER[0])), _rounded(np.quantile(draws, INNER[1])))
        for path, draws in found.facts["draws"].items()
    }


def settle(found: ReadingResult) -> None:
    """Copy the medians of the posterior into the parameters that all scenarios share."""
    text = SHARED.read_text(encoding="utf-8")
    for row in found.table.iter_rows(named=True):
        whole = row["parameter"].endswith("_days")
        value = round(row["q50"]) if whole else _rounded(row["q50"])
        text = _settled(text, row["parameter"], value, FOUND if row["informed"] else SILENT)
    SHARED.write_text(text, encoding="utf-8")


def match(found: ReadingResult, targets: Mapping[str, Any]) -> None:
    """Move the parameters of `MATCHED` within their 90 % intervals until means are as observed."""
    bounds = {row["parameter"]: (row["q05"], row["q95"]) for row in found.table.to_dicts()}
    for path, names in MATCHED.items():
        mine = [targets[name] for name in names]
        moved = partial(_surplus, path, mine)
        value = brentq(moved, *bounds[path], xtol=0.02, maxiter=12)
        text = SHARED.read_text(encoding="utf-8")
        text = _settled(
            text, path, _rounded(value), f"found by make calibrate, {' and '.join(names)}"
        )
        SHARED.write_text(text, encoding="utf-8")


def _surplus(path: str, targets: Sequence[Mapping[str, Any]], value: float) -> float:
    """Return by how much the targets' mean over runs is above what was observed, at a value."""
    file = FOLDER / f"{targets[0]['scenario']}.yaml"
    scenario = ds.load(file, [f"{path}={_rounded(value)}"], allow_code=True)
    runs = ds.run(scenario, replicates=MATCHING_RUNS, seed=SEED).runs
    means = [float(runs[one["outcome"]].cast(float).mean()) for one in targets]  # type: ignore[arg-type]
    return float(np.mean(means)) - float(np.mean([one["observed"] for one in targets]))


def _settled(text: str, path: str, value: float, source: str) -> str:
    """Return the text of a scenario with a number set, and its source told."""
    *sections, name = path.split(".")
    start = 0
    for section in sections:
        start = re.compile(rf"^ *{section}:", re.M).search(text, start).end()  # type: ignore[union-attr]
    number = re.compile(rf'(^ *{name}: {{value: )[^,]*(, range: \[[^]]*\], source: )"[^"]*"', re.M)
    place = number.search(text, start)
    if place is None:
        raise SystemExit(f"{SHARED} has no {path}")
    told = f'{place[1]}{value:g}{place[2]}"{source}"'
    return text[: place.start()] + told + text[place.end() :]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def keep(found: ReadingResult) -> None:
    """Write draws of the posterior, for ``run --draw-parameters``."""
    draws = pl.DataFrame(found.facts["draws"]).head(DRAWS)
    draws.select(pl.all().round_sig_figs(4)).write_csv(FOLDER / "posterior.csv")


def left_out(study: ds.Study, targets: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Predict each army from a posterior without it: a row a target."""
    rows = []
    for scenario in dict.fromkeys(target["scenario"] for target in targets.values()):
        mine = {name: one for name, one in targets.items() if one["scenario"] == scenario}
        others = {name: one for name, one in targets.items() if name not in mine}
        predicted = drawn(scenario, pl.DataFrame(ds.calibrate(study, others).facts["draws"]))
        rows += [target_row(name, one, predicted) for name, one in mine.items()]
    return rows


def drawn(scenario: str, draws: pl.DataFrame) -> pl.DataFrame:
    """Run a scenario with draws of parameters, and return its runs."""
    file = FOLDER / f"{scenario}.yaml"
    plan = ds.load_drawn(file, draws, replicates=PREDICTED, seed=1, allow_code=True)
    return ds.sweep(plan).runs


def target_row(name: str, target: Mapping[str, Any], runs: pl.DataFrame) -> tuple[str, ...]:
    """Return a row of a table: a target beside what runs predict of it, errors included."""
    values = runs[target["outcome"]].to_numpy().astype(float)
    spread = float(np.hypot(target["error"], target["discrepancy"]))
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    holds = low - 1.645 * spread <= target["observed"] <= high + 1.645 * spread
    return (
        target["scenario"].removesuffix("-observed"),
        name.replace("_", " "),
        f"{target['observed']:g} ± {spread:.2g}",
        f"{middle:.3g} [{low:.3g}, {high:.3g}]",
        "yes" if holds else "**no**",
    )


def parameter_rows(found: ReadingResult) -> list[tuple[str, ...]]:
    """Return a row a parameter: its posterior, how much narrower that is, and its coverage."""
    return [
        (
            f"`{row['parameter'].removeprefix('behaviour.').replace('parameters.', '')}`",
            f"{row['q50']:.3g} [{row['q05']:.3g}, {row['q95']:.3g}]",
            f"{row['width']:.0%}",
            f"{row['covered_90']:.0%}",
            "yes" if row["informed"] else "no",
        )
        for row in found.table.iter_rows(named=True)
    ]


def main() -> None:
    """Run both banks, keep the posterior, and write the page."""
    targets = yaml.safe_load(SWEEP.read_text(encoding="utf-8"))["targets"]
    first = ds.calibrate(bank("calibration-1", {}), targets)
    study = bank("calibration-2", narrowed(first))
    found = ds.calibrate(study, targets)
    print(found.found)
    keep(found)
    settle(found)
    match(found, targets)
    draws = pl.DataFrame(found.facts["draws"])
    groups = dict.fromkeys(target["scenario"] for target in targets.values())
    runs = {scenario: drawn(scenario, draws) for scenario in groups}
    head = ("army", "target", "observed", f"median [90 %] of {PREDICTED} draws", "holds")
    tables = {
        "posterior": lambda: table(
            ("parameter", "median [90 %]", "width", "covers", "informed"), parameter_rows(found)
        ),
        "predictive": lambda: table(
            head, [target_row(name, one, runs[one["scenario"]]) for name, one in targets.items()]
        ),
        "left-out": lambda: table(head, left_out(study, targets)),
    }
    page = filled(PAGE.read_text(encoding="utf-8"), tables, "result")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
