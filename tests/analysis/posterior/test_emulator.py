import sys
from dataclasses import replace

import numpy as np
import pytest

from banks import bank, counts, exact, linear, moments, points, targets
from defectsim.analysis.posterior.coverage import coverage
from defectsim.analysis.posterior.emulator import Emulator
from defectsim.analysis.posterior.evidence import Target
from defectsim.core.errors import AnalysisError, MissingExtraError
from defectsim.core.randomness import generator

OBSERVED = linear(points(2, 2), 3)


def test_a_known_posterior_is_found() -> None:
    found = Emulator(bank(count=512).against(targets(OBSERVED[0], 0.3))).posterior()
    mean, spread = moments(found.shares, found.weights)
    known_mean, known_spread = exact(OBSERVED[0], 0.3)
    assert np.abs((mean - known_mean) / known_spread).max() < 0.25
    assert spread == pytest.approx(known_spread, rel=0.15)


@pytest.mark.parametrize("model", [linear, counts])
def test_intervals_cover_what_they_promise(model) -> None:
    evidence = bank(model, count=512).against(targets(model(points(1, 2), 3)[0], 0.1))
    found = coverage(Emulator(evidence), evidence.held_out(500))
    assert found["points"].unique().to_list() == [384]
    assert found["covered_90"].is_between(0.85, 0.95).all()


def test_a_point_that_is_held_out_does_not_know_its_own_parameters() -> None:
    evidence = bank(count=256).against(targets(OBSERVED[0]))
    rows = evidence.held_out(2)
    known = Emulator(evidence).held_out(rows)
    moved = evidence.shares.copy()
    moved[rows[0]] = 1 - moved[rows[0]]
    found = Emulator(replace(evidence, shares=moved)).held_out(rows)
    assert found[:, 0] == pytest.approx(known[:, 0], abs=1e-9)
    assert np.abs(found[:, 1] - known[:, 1]).max() > 1e-3


def test_targets_whose_noise_is_shared_are_not_taken_for_so_many_independent_ones() -> None:
    shares = points(512, 1)
    shared = shares[:, :1] + generator(1, ("shared",)).normal(size=(512, 1))
    source = replace(bank(count=512), summaries=shared + 0.01 * linear(shares, 1))
    evidence = source.against(targets(source.summaries[0]))
    found = coverage(Emulator(evidence), evidence.held_out(500))
    assert found["covered_90"].is_between(0.85, 0.95).all()


def test_a_target_given_twice_says_no_more() -> None:
    source = bank(count=256)
    twice = replace(source, names=["left", "again"], summaries=source.summaries[:, [0, 0]])
    wanted = [Target("left", OBSERVED[0, 0]), Target("again", OBSERVED[0, 0])]
    one, two = (Emulator(twice.against(some)).posterior() for some in (wanted[:1], wanted))
    assert two.quantiles()["width"].to_list() == pytest.approx(
        one.quantiles()["width"].to_list(), rel=0.01
    )


def test_targets_that_no_draw_fits_have_no_posterior() -> None:
    evidence = bank(count=256).against(targets([40.0, -40.0, 40.0, -40.0]))
    with pytest.raises(AnalysisError, match="effective draws of 8192 from the prior"):
        Emulator(evidence).posterior()


def test_a_bank_that_is_too_small_for_its_parameters_is_refused() -> None:
    with pytest.raises(AnalysisError, match=r"128 points are too few to emulate 6 .* least 156"):
        Emulator(bank(count=128).against(targets(OBSERVED[0]))).posterior()


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for name in [*sys.modules]:
        if name.startswith("sklearn."):
            monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"needs sklearn: .*defectsim\[drivers\]"):
        Emulator(bank(count=256).against(targets(OBSERVED[0]))).posterior()
