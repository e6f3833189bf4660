"""A tree as a model, or everything that is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from defectsim.core.errors import Fault
from defectsim.scenario.reading.tree import Node, dotted, locate

_WORDS = {"Input should be": "must be", "Field required": "this key is missing; it must be given"}


def validate[Model: BaseModel](
    kind: type[Model], tree: Node, data: Any, context: Mapping[str, Any] | None, faults: list[Fault]
) -> Model | None:
    """Validate a tree; append to `faults` what is wrong and where it is written.

    Parameters
    ----------
    data
        The tree as plain data, parts of which may be validated already.
    """
    try:
        return kind.model_validate(data, context=None if context is None else dict(context))
    except ValidationError as error:
        faults += [_fault(tree, details) for details in error.errors(include_url=False)]
    return None


def _fault(tree: Node, details: ErrorDetails) -> Fault:
    loc, message = details["loc"], details["msg"]
    for pydantic, ours in _WORDS.items():
        message = message.replace(pydantic, ours)
    mark = locate(tree, loc, key=details["type"] == "unknown_key")
    return mark.fault(message, dotted(_known(tree, loc, details["type"] == "missing")))


def _known(node: Node, loc: Sequence[str | int], missing: bool) -> list[str | int]:
    """Return the parts of `loc` that the file has, or should have."""
    known: list[str | int] = []
    for place, part in enumerate(loc):
        below = node.child(part)
        if below is not None:
            node = below
        elif not (missing and place == len(loc) - 1):
            continue
        known.append(part)
    return known
