"""Save the state of a run, and continue from it."""

from pathlib import Path

from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.checkpoint import load as load_snapshot
from defectsim.engine.snapshots.checkpoint import save as save_snapshot
from defectsim.engine.snapshots.checkpoint import seed_of
from defectsim.scenario.schema import Scenario


def save_checkpoint(model: DefectionModel, path: str | Path) -> Path:
    """Save the state of a run in an ``.npz`` file of plain arrays, none of which is code.

    Raises
    ------
    SnapshotError
        When the reference engine runs it, or agents have a step of their own.
    """
    return save_snapshot(model.snapshot(), path, model.setup)


def load_checkpoint(path: str | Path, scenario: Scenario) -> DefectionModel:
    """Load a run, to continue it by a scenario that may differ from that date on.

    Raises
    ------
    CheckpointError
        When the file cannot be read, or the scenario has another past.
    """
    setup = StudySetup(scenario, seed_of(path))
    snapshot = load_snapshot(path, setup)
    replicate = snapshot.run.replicate
    return DefectionModel(
        scenario, replicate=replicate, engine="compiled", setup=setup, snapshot=snapshot
    )
