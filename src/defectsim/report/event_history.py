"""Tables of event history for reports: cumulative incidence, effects by hazards and by channel."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from defectsim.core.formatting import EVERYONE, difference, digits, exact_difference, level
from defectsim.model.transitions import DECIDED, OUT_OF_SERVICE, Rank
from defectsim.report.page import ReportTable

_RANKS = (str(Rank.GENERAL), EVERYONE)
_WAYS_OUT = [name for name, one in DECIDED.items() if one.end in OUT_OF_SERVICE]


def incidence_table(incidence: pl.DataFrame, ways: Sequence[str]) -> ReportTable:
    """Return the cumulative incidence at the last date, from `incidence.cumulative_incidence`."""
    last = incidence.filter(pl.col("date") == pl.col("date").max()).sort(*ways)
    rows = [(*(row[way] for way in ways), _share(row)) for row in last.to_dicts()]
    title = f"Left for the first time by {last['date'][0]}, in % of those who served at the start"
    heads = [{"status_to": "status", "cause": "brought about by"}[way] for way in ways]
    return ReportTable(
        f"{title}: cumulative incidence [95 % interval]", (*heads, "all ranks"), rows
    )


def _share(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f"{100 * row['share']:.3g}"
    return level("share", row["low"], row["share"], row["high"])


def shown_effects(effects: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the effects on ways out of generals, and of everybody, from `hazards.hazard_effects`."""
    return effects.filter(
        pl.col("rank").is_in(_RANKS), pl.col("transition").is_in(_WAYS_OUT)
    ).to_dicts()


def hazard_table(effects: pl.DataFrame) -> ReportTable:
    """Return counted effects beside those by cumulative hazards, and hazard ratios."""
    several = effects.n_unique("scenario") > 1
    rows = [
        (
            *([row["scenario"]] if several else []),
            f"{row['rank']}, {row['transition']}",
            f"{row['base']:,.{digits(row['base'])}f}",
            *(effect_by(row, what) for what in ("counted", "hazard")),
            hazard_ratio(row),
        )
        for row in shown_effects(effects)
    ]
    columns = ("rank, transition", "baseline by hazards", "counted", "by hazards", "hazard ratio")
    title = "Who left by hazards: mean difference, and hazard ratio [95 % interval]"
    return ReportTable(title, (*(["scenario"] if several else []), *columns), rows)


def effect_by(row: Mapping[str, Any], what: str) -> str:
    """Return an effect with its interval, ``counted`` or by cumulative hazards (``hazard``)."""
    if row[f"{what}_low"] is None:
        return f"{exact_difference('number', row[what])} in each"
    return difference("number", row[f"{what}_low"], row[what], row[f"{what}_high"])


def hazard_ratio(row: Mapping[str, Any]) -> str:
    """Return a hazard ratio with its interval; empty where there is none."""
    if row["hazard_ratio"] is None or row["ratio_low"] is None:
        return ""
    return f"{row['hazard_ratio']:.3f} [{row['ratio_low']:.3f}–{row['ratio_high']:.3f}]"


def channel_table(channels: pl.DataFrame) -> ReportTable:
    """Return an effect split by channel, from `channels.channel_effects`."""
    rows = [
        (row["channel"], f"{row['left']:+.3g}", _made(row))
        for row in channels.iter_rows(named=True)
    ]
    whole = f"{channels['whole'][0]:+.3g}"
    title = f"Generals who defect by hazards, {whole} in all: what each channel makes of it"
    columns = ("channel shut", "effect that is left", "difference [95 % interval]")
    return ReportTable(title, columns, rows)


def _made(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['difference']:+.3g}"
    return difference("number", row["low"], row["difference"], row["high"])
