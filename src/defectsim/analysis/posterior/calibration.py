"""Posterior of parameters, with its coverage and checks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from defectsim.analysis.posterior.adjustment import Adjustment
from defectsim.analysis.posterior.checks import LeftOut, predictive, without_groups
from defectsim.analysis.posterior.coverage import HELD_OUT, coverage, informed
from defectsim.analysis.posterior.distribution import Method, Posterior
from defectsim.analysis.posterior.emulator import Emulator
from defectsim.analysis.posterior.evidence import Bank, Evidence, Target
from defectsim.core.formatting import counted

_NOMINAL = 0.9


@dataclass(frozen=True)
class Calibration:
    """Information in targets about parameters, and its reliability.

    Attributes
    ----------
    evidence
        Points of the bank that are used; it counts those left out.
    coverage, informed, predictive
        See the functions of these names.
    left_out
        Posterior and predictions without each group of targets; empty if there is one group.
    """

    evidence: Evidence
    posterior: Posterior
    coverage: pl.DataFrame
    informed: pl.DataFrame
    predictive: pl.DataFrame
    left_out: Sequence[LeftOut]

    @property
    def found(self) -> str:
        """Return what was found, in one sentence."""
        parts = [self._told(), self._covered(), *self._conflicts(), *self._missing()]
        return "; ".join(parts) + "."

    def _told(self) -> str:
        told = self.informed.filter("informed")["parameter"].to_list()
        silent = self.informed.filter(~pl.col("informed"))["parameter"].to_list()
        one = len(self.evidence.targets) == 1
        targets, say = counted(len(self.evidence.targets), "target"), "says" if one else "say"
        if not told:
            return f"{targets} {say} nothing about any parameter ({', '.join(silent)})"
        width = self.posterior.quantiles().filter(pl.col("parameter").is_in(told))["width"]
        rest = f", and {say} nothing about {', '.join(silent)}" if silent else ""
        return (
            f"{targets} {'narrows' if one else 'narrow'} {', '.join(told)} to 90 % intervals "
            f"{_range(width)} % as wide as the prior's{rest}"
        )

    def _covered(self) -> str:
        text = (
            f"90 % intervals cover {_range(self.coverage['covered_90'])} % of "
            f"{self.coverage['points'][0]} held-out points"
        )
        for side, off in (
            ("narrow", pl.col("high_90") < _NOMINAL),
            ("wide", pl.col("low_90") > _NOMINAL),
        ):
            if names := self.coverage.filter(off)["parameter"].to_list():
                text += f", and are too {side} for {', '.join(names)}"
        return text

    def _conflicts(self) -> list[str]:
        names = self.predictive.filter("outside")["target"].to_list()
        if not names:
            return []
        lie = "lies" if len(names) == 1 else "lie"
        return [f"{', '.join(names)} {lie} outside of what 90 % of runs of the posterior give"]

    def _missing(self) -> list[str]:
        counts = (
            (self.evidence.failed, "without any value"),
            (self.evidence.undefined, "with some missing"),
        )
        return [f"{counted(count, 'point')} {why} left out" for count, why in counts if count]


def _range(shares: pl.Series) -> str:
    """Return the range of shares in per cent, as ``63 to 96``."""
    percent = 100 * shares.to_numpy()
    low, high = f"{percent.min():.0f}", f"{percent.max():.0f}"
    return low if low == high else f"{low} to {high}"


def calibrate(
    bank: Bank,
    targets: Iterable[Target],
    seed: int = 0,
    *,
    emulate: bool = False,
    near: bool = False,
) -> Calibration:
    """Compute the posterior of parameters given targets, its coverage and its checks.

    Parameters
    ----------
    emulate
        Take the posterior and its coverage from `Emulator` instead of `Adjustment`, which finds
        what is informed, and the posteriors without a group, in any case.
    near
        Measure coverage and widths on the points nearest to the observation (`Evidence.held_out`).

    Raises
    ------
    AnalysisError
        See `Bank.against`, `Adjustment.tuned` and `Emulator.posterior`.
    """
    evidence = bank.against(targets, seed)
    adjustment = Adjustment.tuned(evidence)
    method: Method = Emulator(evidence) if emulate else adjustment
    posterior = method.posterior()
    rows = evidence.held_out(HELD_OUT, near=near)
    groups = {target.group for target in evidence.targets}
    return Calibration(
        evidence,
        posterior,
        coverage(method, rows),
        informed(adjustment, rows),
        predictive(evidence, posterior),
        without_groups(evidence) if len(groups) > 1 else [],
    )
