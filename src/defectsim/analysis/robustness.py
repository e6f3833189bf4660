"""Robustness of policies over uncertain worlds: regret, satisficing and worst cases.

A policy is tied with the best by a criterion if it is at least as good in a share `TIED` of the
resamples of worlds. So of two that are as good, one is preferred in one study of twenty; by the
highest regret in one of ten, since no resample holds worse worlds than there are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from defectsim.analysis.intervals import Numbers, exact_interval
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import QUANTILES, counted
from defectsim.core.randomness import generator

FEWEST_WORLDS = 20
"""Worlds in which a worst decile has two."""
RESAMPLES = 999
TIED = 0.025
"""Share of resamples in which a policy that is tied with the best is at least as good."""
_REGRETS = {"q50": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95, "max": 1.0}


@dataclass(frozen=True)
class Robustness:
    """Robustness of policies.

    Attributes
    ----------
    found
        What was found, in one sentence.
    policies
        A row a policy, by name: *policy*; quantiles of its value, *value_q05* to *value_q95*, and
        its *worst_decile*; of its regret, *regret_q50*, *_q75*, *_q90*, *_q95* and *_max*; the
        shares of worlds in which it alone is *best*, or it and others (*shared*); the share
        *satisfied* in which it reaches the threshold, with its exact 90 % interval
        (*satisfied_low*, *satisfied_high*), null without one; and the shares of resamples in which
        its highest and its 90 % regret are lowest, *lowest_max* and *lowest_q90*, those of equals
        divided among them.
    criteria
        A row a criterion: *criterion*, the most robust *policy* by it, its *value*, and the
        policies *tied* with it. Criteria are ``90 % regret``, ``highest regret`` (Savage 1951),
        ``worst decile``, ``share best``, alone or not, and ``share satisfied`` (Simon 1956).
    failures
        By policy, the worlds with the worst tenth of its regrets, none of them 0.
    worlds, left_out
        Number of worlds compared, and of those left out because a run failed or is missing.
    """

    found: str
    policies: pl.DataFrame
    criteria: pl.DataFrame
    failures: Mapping[str, list[int]]
    worlds: int
    left_out: int


def robustness(
    runs: pl.DataFrame,
    better: Literal["more", "less"],
    *,
    threshold: float | None = None,
    seed: int = 0,
) -> Robustness:
    """Compare policies by regret and by worst cases, world by world.

    Regret is what a policy falls short of the best one in the same world, 0 for the best.

    Parameters
    ----------
    runs
        A row a world and policy: *world*, a number; *policy*; *value*, null if the run failed.
    better
        Whether ``more`` of the value is better, or ``less``.
    threshold
        Value that satisfies, or any better one; default: none.
    seed
        Of the resamples of worlds.

    Raises
    ------
    AnalysisError
        With one policy, fewer complete worlds than `FEWEST_WORLDS`, two runs of one policy in a
        world, an infinite value, or a threshold that is no finite number.
    """
    if threshold is not None and not math.isfinite(threshold):
        raise AnalysisError(f"threshold is {threshold}: give a finite number")
    complete, names = _complete(runs)
    worlds = complete["world"].unique(maintain_order=True).to_list()
    values = complete["value"].to_numpy().reshape(-1, len(names))
    sign = 1 if better == "more" else -1
    least = None if threshold is None else sign * threshold
    scores = _scores(sign * values, least)
    rng = generator(seed, ("robustness",))
    draws = (rng.integers(len(worlds), size=len(worlds)) for _ in range(RESAMPLES))
    resampled = np.stack([_scores(sign * values[draw], least) for draw in draws])
    regret = (sign * values).max(axis=1, keepdims=True) - sign * values
    criteria = _criteria(scores, resampled, names, sign)
    left_out = runs["world"].n_unique() - len(worlds)
    return Robustness(
        found=_sentence(criteria, len(worlds), left_out),
        policies=_policies(values, regret, names, better).hstack(
            [*_satisfied(sign * values, least), *_lowest(resampled)]
        ),
        criteria=criteria,
        failures=_failures(regret, worlds, names),
        worlds=len(worlds),
        left_out=left_out,
    )


def _complete(runs: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return the runs of worlds in which no policy's failed, in order, and the policies."""
    names = runs["policy"].cast(pl.String).unique().sort().to_list()
    if len(names) < 2:
        raise AnalysisError("regret compares policies: give the runs of two or more")
    table = runs.select(
        "world", pl.col("policy").cast(pl.String), pl.col("value").cast(pl.Float64).fill_nan(None)
    )
    twice = table.filter(pl.struct("world", "policy").is_duplicated())
    if not twice.is_empty():
        world, policy = twice.row(0)[:2]
        raise AnalysisError(
            f"policy {policy!r} has two runs in world {world}: number worlds by point and seed"
        )
    if table["value"].is_infinite().any():
        raise AnalysisError("a value is infinite, and so would be regret: use another outcome")
    ended = pl.col("value").count().over("world") == len(names)
    complete = table.filter(ended).sort("world", "policy")
    worlds = complete["world"].n_unique()
    if worlds < FEWEST_WORLDS:
        raise AnalysisError(
            f"in {counted(worlds, 'world')} no policy's run failed or is missing, and a worst "
            f"decile takes {FEWEST_WORLDS}: run more worlds"
        )
    return complete, names


_CRITERIA = ("90 % regret", "highest regret", "worst decile", "share best", "share satisfied")


def _scores(values: Numbers, least: float | None) -> Numbers:
    """Return each policy's score by each criterion, of values that are better if more."""
    regret = values.max(axis=1, keepdims=True) - values
    scores = [
        -np.quantile(regret, 0.9, axis=0),
        -regret.max(axis=0),
        np.quantile(values, 0.1, axis=0),
        (regret == 0).mean(axis=0),
    ]
    if least is not None:
        scores.append((values >= least).mean(axis=0))
    return np.stack(scores)


def _criteria(scores: Numbers, resampled: Numbers, names: Sequence[str], sign: int) -> pl.DataFrame:
    """Return a row a criterion; see `Robustness`."""
    rows = []
    for index, (name, of) in enumerate(zip(_CRITERIA, scores, strict=False)):
        best = int(of.argmax())
        as_good = (resampled[:, index] >= resampled[:, index, [best]]).mean(axis=0) >= TIED
        tied = [policy for policy, tie in zip(names, as_good, strict=True) if tie]
        tied.remove(names[best])
        unit = {"worst decile": sign}.get(name, -1 if "regret" in name else 1)
        rows.append((name, names[best], unit * float(of[best]), tied))
    schema = {"criterion": pl.String, "policy": pl.String, "value": pl.Float64}
    return pl.DataFrame(rows, {**schema, "tied": pl.List(pl.String)}, orient="row")


def _policies(values: Numbers, regret: Numbers, names: Sequence[str], better: str) -> pl.DataFrame:
    """Return quantiles of each policy's value and regret, and how often it is best."""
    best = regret == 0
    alone = best.sum(axis=1, keepdims=True) == 1
    columns = {f"value_{name}": np.quantile(values, q, axis=0) for name, q in QUANTILES.items()}
    columns["worst_decile"] = np.quantile(values, 0.1 if better == "more" else 0.9, axis=0)
    columns |= {f"regret_{name}": np.quantile(regret, q, axis=0) for name, q in _REGRETS.items()}
    columns |= {"best": (best & alone).mean(axis=0), "shared": (best & ~alone).mean(axis=0)}
    return pl.DataFrame({"policy": names, **columns})


def _satisfied(values: Numbers, least: float | None) -> pl.DataFrame:
    """Return the share of worlds in which each policy satisfies, with its exact interval."""
    names = ("satisfied", "satisfied_low", "satisfied_high")
    rows: list[tuple[float | None, ...]] = [(None,) * 3] * values.shape[1]
    if least is not None:
        worlds, hits = len(values), (values >= least).sum(axis=0).tolist()
        rows = [(count / worlds, *exact_interval(count, worlds)) for count in hits]
    return pl.DataFrame(rows, dict.fromkeys(names, pl.Float64), orient="row")


def _lowest(resampled: Numbers) -> pl.DataFrame:
    """Return the shares of resamples in which each policy's 90 % and highest regret are lowest."""
    first = resampled[:, :2]
    lead = first == first.max(axis=2, keepdims=True)
    shares = (lead / lead.sum(axis=2, keepdims=True)).mean(axis=0)
    return pl.DataFrame({"lowest_q90": shares[0], "lowest_max": shares[1]})


def _failures(regret: Numbers, worlds: Sequence[int], names: Sequence[str]) -> dict[str, list[int]]:
    worst = (regret >= np.quantile(regret, 0.9, axis=0)) & (regret > 0)
    return {
        name: [world for world, fails in zip(worlds, marks, strict=True) if fails]
        for name, marks in zip(names, worst.T, strict=True)
    }


def _sentence(criteria: pl.DataFrame, worlds: int, left_out: int) -> str:
    """Return the most robust policy by each criterion."""
    by: dict[str, list[str]] = {}
    for name, policy, _, tied in criteria.rows():
        ties = f" (tied with {', '.join(tied)})" if tied else ""
        by.setdefault(policy, []).append(f"{name}{ties}")
    told = "; ".join(f"{policy} by {', '.join(names)}" for policy, names in by.items())
    rest = f"; {counted(left_out, 'world')} with a failed run left out" if left_out else ""
    return f"Over {counted(worlds, 'world')} the most robust is {told}{rest}."
