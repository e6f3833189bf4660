from pathlib import Path

import pytest

from defectsim.engine.begin import begin_run
from defectsim.engine.snapshots import checkpoint
from defectsim.engine.snapshots.snapshot import Snapshot
from forged_checkpoints import STEP, setup


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    taken: Snapshot = begin_run(setup(), 1).run(STEP).snapshot()
    return taken


@pytest.fixture
def saved(snapshot: Snapshot, tmp_path: Path) -> Path:
    return checkpoint.save(snapshot, tmp_path / "run.npz", setup())
