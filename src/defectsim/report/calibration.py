"""Tables of a calibration: posteriors, their coverage, and targets against the posterior's runs."""

from rich.console import Group, RenderableType

from defectsim.analysis.posterior.calibration import Calibration
from defectsim.core.formatting import level
from defectsim.core.screen import plain_text
from defectsim.report.layout import broken_path, empty_table, stacked

_LETTERS = 30


def calibration_table(found: Calibration, title: str) -> Group:
    """Return a row a parameter, a row a target, and what was found."""
    return stacked([_parameters(found, title), _targets(found), plain_text(found.found)])


def _parameters(found: Calibration, title: str) -> RenderableType:
    heads = ["median\n[90 %]", "% of the\nprior", "covers\n% of 90", "told"]
    table = empty_table(title, ["parameter"], heads)
    coverage = {row["parameter"]: row for row in found.coverage.rows(named=True)}
    told = dict(found.informed.select("parameter", "informed").iter_rows())
    for row in found.posterior.quantiles().rows(named=True):
        value = level("number", row["q05"], row["q50"], row["q95"]).replace(" [", "\n[")
        table.add_row(
            broken_path(row["parameter"], _LETTERS),
            value,
            f"{100 * row['width']:.0f}",
            f"{100 * coverage[row['parameter']]['covered_90']:.0f}",
            "yes" if told[row["parameter"]] else "nothing",
        )
    return table


def _targets(found: Calibration) -> RenderableType:
    heads = ["observed", "runs of the posterior\nmedian [90 %]", "tail"]
    table = empty_table("Targets", ["target"], heads)
    for row in found.predictive.rows(named=True):
        runs = level("number", row["q05"], row["q50"], row["q95"])
        tail = f"{row['tail']:.2f}" + (" outside" if row["outside"] else "")
        table.add_row(row["target"], f"{row['observed']:g}", runs, tail)
    return table
