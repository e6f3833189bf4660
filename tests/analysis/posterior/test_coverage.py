from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from banks import INFORMED, UNINFORMED, bank, counts, linear, points, targets
from defectsim.analysis.intervals import Numbers, exact_interval
from defectsim.analysis.posterior.adjustment import Adjustment
from defectsim.analysis.posterior.coverage import coverage, informed
from defectsim.analysis.posterior.distribution import Posterior, interval_score, widths
from defectsim.analysis.posterior.evidence import Evidence, PointNumbers


@dataclass
class Fixed:
    """Method whose intervals are the same for every point."""

    evidence: Evidence
    quantiles: tuple[float, ...]

    def posterior(self) -> Posterior:
        raise NotImplementedError

    def held_out(self, rows: PointNumbers) -> Numbers:
        shape = (5, len(rows), len(self.evidence.priors))
        return np.broadcast_to(np.reshape(self.quantiles, (5, 1, 1)), shape)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return bank().against(targets(linear(points(1, 2), 3)[0], 0.1))


def test_the_prior_covers_as_often_as_it_promises(evidence: Evidence) -> None:
    found = coverage(Fixed(evidence, (0.05, 0.25, 0.5, 0.75, 0.95)), evidence.held_out(500))
    assert found["covered_90"].to_list() == pytest.approx([0.9] * 6, abs=0.03)
    assert found["covered_50"].to_list() == pytest.approx([0.5] * 6, abs=0.04)


def test_bounds_are_exact_for_all_parameters_at_once(evidence: Evidence) -> None:
    row = coverage(Fixed(evidence, (0.4, 0.45, 0.5, 0.55, 0.6)), evidence.held_out(500)).row(
        0, named=True
    )
    hits = round(500 * row["covered_90"])
    assert (row["low_90"], row["high_90"]) == exact_interval(hits, 500, 1 - 0.05 / 6)
    assert row["high_90"] < 0.9


def test_the_width_of_the_prior_is_one() -> None:
    prior = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    assert widths(prior) == pytest.approx(1)
    assert np.isfinite(widths(np.array([0, 0.25, 0.5, 0.75, 1])))


def test_an_interval_scores_its_width_and_what_it_misses() -> None:
    interval = np.array([0.2, 0.3, 0.4, 0.5, 0.6])
    assert interval_score(interval, np.array(0.5)) == pytest.approx(0.4)
    assert interval_score(interval, np.array(0.7)) == pytest.approx(0.4 + 20 * 0.1)


@pytest.mark.parametrize("model", [linear, counts])
def test_parameters_that_targets_say_nothing_about_are_named(model) -> None:
    evidence = bank(model, count=512).against(targets(model(points(1, 2), 3)[0], 0.1))
    found = informed(Adjustment.tuned(evidence), evidence.held_out(500))
    assert found.filter("informed")["parameter"].to_list() == list(INFORMED)
    assert found.filter(~pl.col("informed"))["parameter"].to_list() == list(UNINFORMED)
    assert found["width_shuffled"][0] == pytest.approx(0.97, abs=0.02)


def test_nothing_is_informed_if_runs_know_nothing_of_the_parameters() -> None:
    evidence = bank(count=256).against(targets(linear(points(1, 2), 3)[0], 0.1))
    found = informed(Adjustment.tuned(evidence.shuffled(999)), evidence.held_out(500))
    assert not found["informed"].any()
