"""What one section of a scenario declares and others name: branches and levers.

It is taken from the scenario as it is written, so that whoever names a branch is told what is wrong with the name even
where the section that declares it has faults of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from defectsim.model.levers import LEVERS, Lever, OwnLever


@dataclass(frozen=True)
class References:
    """A section as it is written, and the context of its validation: what the scenario around it declares."""

    said: Any
    known: Mapping[str, Any]


def declared_names(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the branches and the levers of a scenario that is not validated yet.

    Returns
    -------
    dict
        `branches`, or None where they cannot be told, and `levers` by name, the shipped ones among them; a lever whose
        declaration has faults is None.
    """
    forces = data.get("forces")
    branches = (
        forces.get("branches") if isinstance(forces, Mapping) else getattr(forces, "branches", None)
    )
    own = data.get("levers")
    named = own.items() if isinstance(own, Mapping) else ()
    levers = {name: _lever(said) for name, said in named if name not in LEVERS}
    return {
        "branches": branches if isinstance(branches, Mapping) else None,
        "levers": LEVERS | levers,
    }


def _lever(said: Any) -> Lever | None:
    try:
        return OwnLever.model_validate(said).lever
    except ValidationError:
        return None
