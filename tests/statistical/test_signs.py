"""Effects of the shipped rules have the signs that theory gives, by cumulative hazards in 20 pairs of runs.

A cascade in a few pairs outweighs all others in their mean, so signs are those of the signed-rank test
(Wilcoxon 1945), which asks where most pairs lean.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from defectsim.engine.begin import simulate
from defectsim.engine.hazard import CUMULATIVE
from defectsim.engine.protocol import Engine
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import DECIDED, Rank
from defectsim.scenario.load import load

pytestmark = pytest.mark.long

ARMY = Path(__file__).with_name("army.yaml")
PAIRS, PLOTS_TRIED, SEED = 20, 200, 4
MORE = (
    "record.hazards=true",
    "news.half=null",  # what others do is a feedback, and these are signs of what a person does
    "behaviour.soldier.parameters.base_desertion=0.03",
    "behaviour.soldier.parameters.base_defection=0.01",
    "behaviour.general.parameters.base_defection=1.0",
)
PLOTS = (
    "behaviour.soldier.parameters.base_plotting=0.05",
    "behaviour.general.parameters.base_plotting=1",
    "plots.contacts=24",
    "conditions.protest=1",
)


@cache
def army() -> Path:
    """Return the army's file, with the shipped parameters beside it."""
    folder = Path(tempfile.mkdtemp())
    for file in (ARMY, Path("scenarios/behaviour/default.yaml")):
        shutil.copy(file, folder)
    return folder / ARMY.name


@cache
def runs(*overrides: str, pairs: int = PAIRS) -> list[Engine]:
    setup = StudySetup(load(army(), [*MORE, *overrides]), SEED)
    setup.prepare("compiled")
    return [simulate(setup, replicate) for replicate in range(pairs)]


def hazards(transitions: tuple[str, ...], ranks: slice, *overrides: str) -> NDArray[np.float64]:
    """Return the cumulative hazard of some transitions in each run, summed over people."""
    columns = [[*DECIDED].index(name) for name in transitions]
    return np.array(
        [run.hazards[CUMULATIVE][:, ranks][..., columns].sum() for run in runs(*overrides)]
    )


def gained(
    transitions: tuple[str, ...], ranks: slice, one: tuple[str, ...], two: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return how much more hazard there is with `two` than with `one`, pair by pair."""
    return hazards(transitions, ranks, *two) - hazards(transitions, ranks, *one)


def sign(differences: NDArray[np.float64]) -> int:
    """Return the sign of paired differences at 1 %; 0 if they might lean either way."""
    lean = stats.wilcoxon(differences)
    return int(np.sign(np.median(differences))) if lean.pvalue < 0.01 else 0


DESERT, DEFECT, LEAVE = ("desert",), ("defect",), ("desert", "defect")
SOLDIERS, OFFICERS = slice(Rank.ENLISTED, Rank.OFFICER), slice(Rank.OFFICER, None)


@pytest.mark.parametrize(
    "more", ["conditions.pay=2", "people.cohesion=0.8", "conditions.punishment=2"]
)
def test_more_pay_cohesion_and_punishment_lower_desertion(more: str) -> None:
    assert sign(gained(DESERT, SOLDIERS, (), (more,))) == -1


def test_the_interval_of_nothing_holds_nothing() -> None:
    """The negative control: what no rule here reads moves nobody."""
    assert np.array_equal(
        hazards(DESERT, SOLDIERS),
        hazards(DESERT, SOLDIERS, "conditions.recruitment=1"),
    )


def off_ramp(credibility: float, exposure: float) -> tuple[str, ...]:
    return (
        f"conditions.off_ramp={credibility}",
        f"conditions.delisted={credibility}",
        f"people.exposure={exposure}",
    )


def test_the_off_ramps_effect_rises_with_credibility() -> None:
    none, weak, strong = (off_ramp(credibility, 0.8) for credibility in (0.0, 0.4, 1.0))
    assert sign(gained(DEFECT, OFFICERS, none, weak)) == 1
    assert sign(gained(DEFECT, OFFICERS, weak, strong)) == 1


def test_the_off_ramps_effect_rises_with_exposure() -> None:
    little, much = (
        gained(DEFECT, OFFICERS, off_ramp(0.0, exposure), off_ramp(1.0, exposure))
        for exposure in (0.3, 0.9)
    )
    assert sign(much - little) == 1


def test_the_off_ramp_is_nothing_to_those_without_exposure() -> None:
    for one, two in zip(runs(*off_ramp(0.0, 0.0)), runs(*off_ramp(1.0, 0.0)), strict=True):
        assert np.array_equal(one.counts, two.counts)


def test_declared_commanders_raise_defection() -> None:
    acts = (
        "acts.go={act: defectsim.policies.government:go_over, date: 2019-03-04, "
        "audience: {agents: [army-general-2]}}"
    )
    assert sign(gained(DEFECT, SOLDIERS, (), (acts,))) == 1


def test_with_surveillance_high_plots_die() -> None:
    tried = [
        [len(run.attempts) for run in runs(*PLOTS, watched, pairs=PLOTS_TRIED)]
        for watched in ("conditions.surveillance=0", "conditions.surveillance=0.9")
    ]
    assert stats.ttest_rel(*tried).confidence_interval(0.99).low > 0.0
    assert np.mean(tried[1]) < 0.5 * np.mean(tried[0])


REGION = [(0.3, 0.9), (0.9, 0.5), (0.9, 0.9)]
"""Sanctions without an off-ramp keep more officers and generals loyal where they freeze a quarter or more of what those
who leave could live on abroad, and close no bank to those who stay. Each is a severity and an exposure."""


@pytest.mark.parametrize(("severity", "exposure"), REGION)
def test_sanctions_without_an_off_ramp_can_raise_the_loyalty_of_those_who_remain(
    severity: float, exposure: float
) -> None:
    none, some = (
        (f"conditions.sanctions={level}", f"people.exposure={exposure}")
        for level in (0.0, severity)
    )
    assert sign(gained(LEAVE, OFFICERS, none, some)) == -1


def test_where_the_region_ends_the_same_sanctions_drive_people_over_or_out() -> None:
    none, some = ((*off_ramp(1.0, 0.9), f"conditions.sanctions={level}") for level in (0.0, 0.9))
    assert sign(gained(DEFECT, OFFICERS, none, some)) == 1
    banks = ("people.exposure=0.9", "conditions.financial_closure=1")
    none, some = (
        (*more, f"conditions.sanctions={level}") for more, level in (((), 0.0), (banks, 0.1))
    )
    assert sign(gained(LEAVE, OFFICERS, none, some)) == 1
