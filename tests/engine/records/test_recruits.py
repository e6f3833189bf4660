import pytest

from builders import small_scenario
from defectsim.engine.begin import simulate
from defectsim.engine.records.outcome import recruited
from defectsim.engine.setup import StudySetup


def test_recruits_fill_a_share_of_what_is_vacant_and_never_more() -> None:
    run = simulate(StudySetup(small_scenario(conditions={"recruitment": 0.5}), 1), 0)
    recruits = recruited(run)
    assert recruits.shape == (run.inputs.clock.steps + 1, len(run.inputs.population.branches))
    assert (recruits[0] == 0).all()
    gone = run.counts[0, :, :2, 0].sum(axis=1) - run.counts[:, :, :2, :3].sum(axis=(2, 3))
    assert (recruits <= gone).all()


def test_without_the_lever_there_are_none() -> None:
    assert not recruited(simulate(StudySetup(small_scenario(), 1), 0)).any()


def test_in_a_year_the_lever_is_the_share_of_posts_that_are_filled() -> None:
    run = simulate(StudySetup(small_scenario(conditions={"recruitment": 0.5}), 1), 0)
    counts = run.counts.copy()
    counts[1:, :, :2] = 0
    run.counts = counts
    clock = run.inputs.clock
    posts = counts[0, :, :2].sum(axis=(1, 2))
    years = (clock.steps - 1) * clock.years_per_step
    assert recruited(run)[-1] == pytest.approx(posts * (1 - 0.5**years))
