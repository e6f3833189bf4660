"""Names that one section of a scenario declares and others use: branches and levers.

They are read from the scenario as it is written, so that a wrong name is found even if the section
that declares the names has faults of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from defectsim.model.levers import LEVERS, Lever, OwnLever


@dataclass(frozen=True)
class References:
    """A section before validation, and the names that it may refer to."""

    section: Any
    names: Mapping[str, Any]


def declared_names(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the branches and levers of a scenario that is not validated yet.

    Returns
    -------
    dict
        `branches`, or None if the section cannot be read, and `levers` by name, the shipped ones
        included; a lever whose declaration has faults is None.
    """
    forces, own = data.get("forces"), data.get("levers")
    branches = (
        forces.get("branches") if isinstance(forces, Mapping) else getattr(forces, "branches", None)
    )
    levers: dict[str, Lever | None] = dict(LEVERS)
    for name, lever in own.items() if isinstance(own, Mapping) else ():
        levers.setdefault(name, _lever(lever))
    return {"branches": branches if isinstance(branches, Mapping) else None, "levers": levers}


def _lever(data: Any) -> Lever | None:
    try:
        return OwnLever.model_validate(data).lever
    except ValidationError:
        return None
