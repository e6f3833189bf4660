"""A run that nobody holds any more is freed at once, as sweeps need, and not when Python collects."""

import gc
import weakref

import pytest

from builders import small_scenario
from defectsim.engine.begin import begin_run
from defectsim.engine.setup import StudySetup
from eventful_scenarios import EAGER


@pytest.mark.parametrize("until", [0, 5, None])
def test_a_run_that_is_dropped_is_freed_without_garbage_collection(until: int | None) -> None:
    setup = StudySetup(small_scenario(behaviour=EAGER), 0)
    gc.disable()
    try:
        run = begin_run(setup, 0).run(until)
        left = weakref.ref(run), weakref.ref(run.engine)
        del run
        assert [one() for one in left] == [None, None]
    finally:
        gc.enable()
