"""Small armies in which people do only what a test makes them do, for tests of institutions."""

from collections.abc import Iterable
from typing import Any

from builders import EVERYBODY, NOBODY, laid_over, small_scenario
from defectsim import DefectionModel
from defectsim.model.transitions import TRANSITIONS, Cause, Status

TRANSITION = tuple(TRANSITIONS)
STILL: dict[str, Any] = {
    "behaviour": {
        "soldier": "rules:steady",
        "general": "rules:steady",
        "follow": NOBODY,
        "recall": NOBODY,
        "join": NOBODY,
        "commit": EVERYBODY,
        "stand": {"rule": "rules:sides", "parameters": {"join": 0, "resist": 0}},
    },
    "forces": {"branches": {"guard": None}},
    "people": {"frailty": 1},
    "plots": {"distance": 1},
}


def sides(join: float, resist: float) -> dict[str, Any]:
    return {"stand": {"rule": "rules:sides", "parameters": {"join": join, "resist": resist}}}


def still(**changes: Any) -> DefectionModel:
    """Return an army of 50 soldiers and five generals in the reference engine: nobody decides anything."""
    return DefectionModel(small_scenario(**laid_over(STILL, changes)), rng=0, engine="reference")


def stepped(model: DefectionModel, steps: int = 1) -> DefectionModel:
    for _ in range(steps):
        model.step()
    return model


def move(model: DefectionModel, transition: str, *rows: int) -> None:
    """Change the status of people before the next step."""
    model.engine.move(model.steps, rows, transition, Cause.DECISION, model.steps)


def unit(model: DefectionModel, name: str) -> int:
    return model.population.units.names.index(name)


def commander(model: DefectionModel, name: str) -> int:
    """Return the row of who commands a unit."""
    return model.engine.commander.item(unit(model, name))


def named(model: DefectionModel, rows: Iterable[int]) -> list[str]:
    return [model.population.ids[row] for row in rows]


def standing(model: DefectionModel, status: Status) -> set[int]:
    """Return the rows of those who stand in a status."""
    return {row for row, code in enumerate(model.engine.status.tolist()) if code == status}


def events(model: DefectionModel) -> list[tuple[int, int, str, str]]:
    """Return step, row, transition and cause of each change of status."""
    them = model.engine.events
    return [
        (step, row, TRANSITION[transition], str(Cause(cause)))
        for step, row, transition, cause in zip(
            *(them[part].tolist() for part in range(4)), strict=True
        )
    ]
