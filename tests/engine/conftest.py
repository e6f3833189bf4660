from pathlib import Path

import pytest

from defectsim.engine.simulate import living
from defectsim.engine.snapshots import checkpoint
from defectsim.engine.snapshots.state import State
from saved import STEP, start


@pytest.fixture(scope="module")
def state() -> State:
    taken: State = living(start(), 1).run(STEP).state()
    return taken


@pytest.fixture
def saved(state: State, tmp_path: Path) -> Path:
    return checkpoint.save(state, tmp_path / "life.npz", start())
