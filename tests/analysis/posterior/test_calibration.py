from dataclasses import replace

import numpy as np

from banks import INFORMED, bank, linear, points, targets
from defectsim.analysis.posterior.calibration import calibrate
from defectsim.analysis.posterior.emulator import Emulator

OBSERVED = linear(points(1, 2), 3)[0]


def test_what_is_found_is_said_in_one_sentence() -> None:
    source = bank(count=512)
    summaries = source.summaries.copy()
    summaries[:2] = np.nan
    summaries[2, 0] = np.nan
    found = calibrate(replace(source, summaries=summaries), targets(OBSERVED, 0.1))
    told, covered, failed, undefined = found.found.split("; ")
    assert told.startswith("4 targets narrow fear, pay, ties, anger to 90 % intervals ")
    assert told.endswith(" % as wide as the prior's, and say nothing about idle, moot")
    assert covered.endswith(" % of 382 held-out points")
    assert (failed, undefined) == (
        "2 points without any value left out",
        "1 point with some missing left out.",
    )
    assert [one.group for one in found.left_out] == ["one", "two"]


def test_a_conflict_of_model_and_target_is_said() -> None:
    found = calibrate(bank(count=256), targets([0.0, 0.0, 0.0, 20.0])[3:]).found
    assert "; plotted lies outside of what 90 % of runs of the posterior give" in found


def test_nothing_is_said_of_parameters_if_runs_know_nothing_of_them() -> None:
    source = bank(count=256)
    order = np.random.default_rng(1).permutation(256)
    found = calibrate(replace(source, summaries=source.summaries[order]), targets(OBSERVED))
    assert found.found.startswith(
        "4 targets say nothing about any parameter (fear, pay, ties, anger, idle, moot); "
    )


def test_the_posterior_may_be_the_emulators() -> None:
    source, wanted = bank(count=256), targets(OBSERVED, 0.1)
    found = calibrate(source, wanted, emulate=True, near=True)
    known = Emulator(source.against(wanted)).posterior()
    assert found.posterior.quantiles().equals(known.quantiles())
    assert found.informed.filter("informed")["parameter"].to_list()[0] == INFORMED[0]
