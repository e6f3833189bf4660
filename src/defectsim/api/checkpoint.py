"""One life, saved on a date and gone on with from there."""

from pathlib import Path

from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.checkpoint import load, save, seed_of
from defectsim.scenario.schema import Scenario


def save_checkpoint(model: DefectionModel, path: str | Path) -> Path:
    """Save what a life has become, to go on from there: an `.npz` file of plain arrays, in which nothing is code.

    Raises
    ------
    SnapshotError
        Where the reference engine lives it, or agents have a step of their own, which may keep anything.
    """
    return save(model.snapshot(), path, model.setup)


def load_checkpoint(path: str | Path, scenario: Scenario) -> DefectionModel:
    """Return the life of a checkpoint, to go on by a scenario that may differ from that date on.

    Raises
    ------
    CheckpointError
        Where it cannot be read, or the scenario has another past.
    """
    setup = StudySetup(scenario, seed_of(path))
    snapshot = load(path, setup)
    return DefectionModel(
        scenario, replicate=snapshot.replicate, engine="compiled", setup=setup, snapshot=snapshot
    )
