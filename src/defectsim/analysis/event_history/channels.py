"""Effect of a policy split by channel: paired worlds in which one channel is shut."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from defectsim.analysis.event_history.hazards import run_hazards
from defectsim.analysis.intervals import mean_interval
from defectsim.core.errors import AnalysisError

_SHUT = "-without-"
_BELIEFS = (
    "protest",
    "capital",
    "declared",
    "near",
    "broadcast",
    "recognition",
    "attempt",
    "counterbalance",
)
_EXAMPLES = {
    "soldier": ("example_deserted", "example_defected", "commander_deserted", "commander_defected"),
    "general": ("example_ties", "example_defected", "commander_defected"),
}


def _off(rule: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"behaviour.{rule}.parameters.{name}={{value: 0, range: [0, 1]}}" for name in names
    )


CHANNELS: Mapping[str, tuple[str, ...]] = {
    "income": _off("soldier", ["income"]) + _off("general", ["income"]),
    "sanctions": ("people.exposure=0",),
    "belief": _off("belief", _BELIEFS),
    "example": tuple(text for rule, names in _EXAMPLES.items() for text in _off(rule, names)),
    "following": ("behaviour.follow.parameters.base={value: -100, range: [-100, 0]}",),
}
"""Overrides that shut each channel of the default rules, in both worlds of a pair."""


def shut(name: str, channel: str) -> str:
    """Return the name of a scenario with a channel shut."""
    return f"{name}{_SHUT}{channel}"


def channel_effects(
    hazards: pl.DataFrame, runs: pl.DataFrame, *, rank: str = "general", transition: str = "defect"
) -> pl.DataFrame:
    """Compare the effect of a policy with what is left of it where one channel is shut.

    The effects, by cumulative hazards, do not add up: channels work on each other.

    Parameters
    ----------
    hazards, runs
        Tables of a comparison of two scenarios, and of both with each channel shut, in this order
        and named by `shut`.
    rank, transition
        Of whom, and by which way out.

    Returns
    -------
    DataFrame
        A row a channel: number of *pairs*, the *whole* effect, what is *left* of it with the channel
        shut, and the *difference* that the channel makes, with its 95 % interval *low* to *high*.

    Raises
    ------
    AnalysisError
        If there are no such scenarios, runs or hazards.
    """
    by_run = run_hazards(hazards, runs, rank, transition)
    names = [name for name in by_run.columns if name != "replicate"]
    pairs, others = names[:2], names[2:]
    channels = [name.removeprefix(shut(pairs[0], "")) for name in others[::2]]
    if not channels or others != [shut(name, it) for it in channels for name in pairs]:
        raise AnalysisError(
            "channels split one effect: compare two scenarios, and then both with each channel "
            f"shut, named as in {shut('base', 'belief')} (load_channels names them so)"
        )
    one, two = (by_run[name].to_numpy() for name in pairs)
    rows = []
    for channel in channels:
        without_one, without_two = (by_run[shut(name, channel)].to_numpy() for name in pairs)
        left = without_two - without_one
        made = (two - one) - left
        interval = mean_interval(made) if len(made) > 1 else None
        low, high = interval or (None, None)
        rows.append(
            {
                "channel": channel,
                "pairs": len(made),
                "whole": float(np.mean(two - one)),
                "left": float(left.mean()),
                "difference": float(made.mean()),
                "low": low,
                "high": high,
            }
        )
    return pl.DataFrame(rows)
