"""Tables of robustness: policies by regret and worst cases, and the most robust by each criterion."""

from rich.console import Group, RenderableType

from defectsim.analysis.robustness import Robustness
from defectsim.core.formatting import in_percent, level
from defectsim.core.screen import plain_text
from defectsim.report.layout import empty_table, stacked


def robustness_table(found: Robustness, title: str, kind: str) -> Group:
    """Return a row a policy, a row a criterion, and what was found."""
    return stacked(
        [
            _policies(found, title, kind),
            _regrets(found, kind),
            _criteria(found, kind),
            plain_text(found.found),
        ],
    )


def _policies(found: Robustness, title: str, kind: str) -> RenderableType:
    heads = ["median\n[90 %]", "worst\ndecile", "% of worlds\nbest"]
    satisfied = found.policies["satisfied"].null_count() < found.policies.height
    table = empty_table(
        title, ["policy"], [*heads, *(["% satisfied\n[90 %]"] if satisfied else [])]
    )
    for row in found.policies.rows(named=True):
        value = level(kind, row["value_q05"], row["value_q50"], row["value_q95"])
        cells = [
            value.replace(" [", "\n["),
            _value(row["worst_decile"], kind),
            f"{100 * row['best']:.0f}"
            + (f" (+{100 * row['shared']:.0f})" if row["shared"] else ""),
        ]
        if satisfied:
            share = level("share", row["satisfied_low"], row["satisfied"], row["satisfied_high"])
            cells.append(share.replace(" [", "\n["))
        table.add_row(row["policy"], *cells)
    return table


def _regrets(found: Robustness, kind: str) -> RenderableType:
    table = empty_table("Regret over worlds", ["policy"], ["median", "90 % quantile", "highest"])
    for row in found.policies.rows(named=True):
        values = (row[f"regret_{quantile}"] for quantile in ("q50", "q90", "max"))
        table.add_row(row["policy"], *(_value(value, kind) for value in values))
    return table


def _criteria(found: Robustness, kind: str) -> RenderableType:
    table = empty_table("Most robust by", ["criterion", "policy", "tied with it"], ["value"])
    for row in found.criteria.rows(named=True):
        share = row["criterion"].startswith("share")
        value = _value(row["value"], "share" if share else kind)
        table.add_row(row["criterion"], row["policy"], ", ".join(row["tied"]), value)
    return table


def _value(value: float, kind: str) -> str:
    scaled = 100 * value if in_percent(kind) else value
    return f"{scaled:,.0f}" if kind == "count" else f"{scaled:.3g}"
