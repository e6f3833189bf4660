import numpy as np
import pytest

from banks import INFORMED, SLOPES, TARGETS, bank, counts, linear, points, targets
from defectsim.analysis.posterior.adjustment import Adjustment
from defectsim.analysis.posterior.checks import predictive, without_groups
from defectsim.analysis.posterior.distribution import Posterior
from defectsim.core.errors import AnalysisError

BANK = bank(count=512)
LIKELY = points(1, 2) @ SLOPES.T


def test_replicates_are_distributed_as_runs_are() -> None:
    evidence = BANK.against(targets(LIKELY[0]))
    found = predictive(evidence, Posterior(BANK.priors, points(512, 9), np.ones(512)))
    runs = evidence.simulated
    known = np.quantile(runs, [0.05, 0.5, 0.95], axis=0)
    apart = found.select("q05", "q50", "q95").to_numpy().T - known
    assert np.abs(apart / runs.std(axis=0)).max() < 0.35  # three standard errors


def test_a_target_that_the_model_gives_is_inside() -> None:
    evidence = BANK.against(targets(LIKELY[0]))
    found = predictive(evidence, Adjustment.tuned(evidence).posterior())
    assert found["target"].to_list() == list(TARGETS)
    assert not found["outside"].any()
    assert (found["tail"] > 0.3).all()
    assert (found["beyond"] > 0.01).all()


def test_a_target_that_no_run_comes_near_is_named() -> None:
    observed = LIKELY[0].copy()
    observed[1] = 9.0
    evidence = BANK.against(targets(observed))
    found = predictive(evidence, Adjustment.tuned(evidence).posterior())
    assert found.filter("outside")["target"].to_list() == ["fled"]
    assert found.row(1, named=True)["tail"] == found.row(1, named=True)["beyond"] == 0


def test_discrepancy_of_a_target_ends_its_conflict() -> None:
    observed = LIKELY[0].copy()
    observed[1] = 9.0
    wanted = targets(observed)
    wanted[1] = wanted[1]._replace(discrepancy=6.0)
    evidence = BANK.against(wanted)
    found = predictive(evidence, Adjustment.tuned(evidence).posterior())
    assert not found["outside"].any()


def test_replicates_of_counts_are_not_negative() -> None:
    evidence = bank(counts).against(targets([0.0, 0.0, 0.0, 0.0]))
    found = predictive(evidence, Adjustment.tuned(evidence).posterior())
    assert (found["q05"] >= 0).all()


def test_targets_of_a_group_that_is_left_out_are_predicted_without_it() -> None:
    observed = LIKELY[0].copy()
    observed[:2] = 9.0, -9.0
    evidence = BANK.against(targets(observed))
    one, two = without_groups(evidence)
    assert (one.group, two.group) == ("one", "two")
    assert one.targets["target"].to_list() == ["left", "fled"]
    assert one.targets["outside"].all()
    alone = Adjustment.tuned(BANK.against(targets(observed)[2:])).posterior()
    assert one.posterior.quantiles().equals(alone.quantiles())


@pytest.mark.parametrize("model", [linear, counts])
def test_a_group_that_is_left_out_lies_inside_in_nine_of_ten(model) -> None:
    source = bank(model, count=256)
    observed = model(points(32, 5), 6)
    inside = []
    for values in observed:
        evidence = source.against(targets(values, 0.01))
        rest = evidence.of_targets([False, False, True, True])
        posterior = Adjustment(rest, 0.5, projected=False).posterior()
        found = predictive(evidence.of_targets([True, True, False, False]), posterior)
        inside.append((~found["outside"]).mean())
    assert 0.85 < np.mean(inside) < 0.99


def test_one_group_cannot_be_left_out() -> None:
    alone = BANK.against(target._replace(group="") for target in targets(LIKELY[0]))
    with pytest.raises(AnalysisError, match="all targets are of one group"):
        without_groups(alone)


def test_what_is_left_out_says_less() -> None:
    evidence = BANK.against(targets(LIKELY[0]))
    whole = Adjustment.tuned(evidence).posterior().quantiles()
    (one, _) = without_groups(evidence)
    fear = INFORMED.index("fear")
    assert one.posterior.quantiles()["width"][fear] > whole["width"][fear] + 0.05
