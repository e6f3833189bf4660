"""Levers as they stand where no policy moves them."""

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from defectsim.core.errors import nearest
from defectsim.core.section import Number, refuse_all
from defectsim.policies.policy import known_levers


def _are_of_levers(conditions: dict[str, Number], info: ValidationInfo) -> dict[str, Number]:
    levers = known_levers(info)
    faults = [((name,), f"there is no such lever{nearest(name, levers)}") for name in conditions if name not in levers]
    for name, number in conditions.items():
        if lever := levers.get(name):
            faults += [((name,), fault) for value in number.span if (fault := lever.bounds.fault(value))]
    refuse_all(faults)
    return {name: conditions.get(name) or Number(value=lever.default) for name, lever in levers.items() if lever}


Conditions = Annotated[dict[str, Number], AfterValidator(_are_of_levers)]
"""The section `conditions`; it comes to name every lever, at its default where nothing else is said."""
