"""`defectsim checkpoint`: a life, saved on a date."""

import datetime as dt
from pathlib import Path

from rich.console import Console

from defectsim.core.errors import CheckpointError
from defectsim.engine.model import DefectionModel
from defectsim.report.checkpoint import save_checkpoint
from defectsim.scenario.schema import Scenario


def checkpoint(scenario: Scenario, date: dt.date, path: Path, seed: int, replicate: int) -> None:
    """Live one life up to a date, save it, and say how to go on."""
    clock = scenario.clock
    if not clock.start <= date <= clock.end:
        raise CheckpointError(f"--at {date}: the clock runs from {clock.start} to {clock.end}; give a date between")
    model = DefectionModel(scenario, seed, replicate=replicate, engine="column")
    with Console(stderr=True).status("living"):
        model.run(min(clock.step_on(date), clock.steps))
    saved = save_checkpoint(model, path)
    print(f"{saved} is the life of seed {seed}, replicate {replicate}, on {model.date}. Go on from it in Python:\n")
    print(f'  defectsim.load_checkpoint("{saved}", defectsim.load(...)).run()')
