"""How one scenario is made of another."""

from collections.abc import Iterator, Sequence
from typing import Any

from defectsim.core.section import Number, Section
from defectsim.scenario.merge import merge, replaces
from defectsim.scenario.numbers import is_number
from defectsim.scenario.schema import Scenario
from defectsim.scenario.text import in_flow
from defectsim.scenario.tree import Mark, Node, dotted, node_of, plain

_NOWHERE = Mark("")


def overrides_to(other: Scenario, base: Scenario) -> tuple[str, ...]:
    """Return what has to be laid over `base`, resolved, to have `other`: each as ``PATH=VALUE``, in this order.

    A change of a number's value alone is written as people write it, ``policies.off_ramp.value=0.6``; what nothing
    can be laid over without keeping some of it is taken away first, by a null.
    """
    apart = {name: _apart(getattr(base, name), getattr(other, name)) for name in _apart(base, other)}
    old, new = (one.model_dump(exclude_none=True, include=apart) for one in (base, other))
    return tuple(_changes(old, new, ()))


def _apart(one: Any, other: Any) -> Any:
    """Return the fields of two sections that are not the same objects; True for what is no section with fields."""
    if not isinstance(one, Section) or isinstance(one, Number) or type(one) is not type(other):
        return True
    return {name for name in type(one).model_fields if getattr(one, name) is not getattr(other, name)}


def _changes(old: Any, new: Any, path: Sequence[str]) -> Iterator[str]:
    """Find what has to be laid over `old`, which stands at `path`, to have `new`."""
    if _same(old, new):
        return
    if not (isinstance(old, dict) and isinstance(new, dict) and _merge_key_by_key(old, new, path)):
        yield from _whole(node_of(old, _NOWHERE), node_of(new, _NOWHERE), path)
        return
    for key, value in old.items():
        if key in new:
            yield from _changes(value, new[key], [*path, key])
        else:
            yield f"{dotted([*path, key])}=null"
    for key, value in new.items():
        if key not in old:
            yield f"{dotted([*path, key])}={in_flow(value)}"


def _whole(old: Node, new: Node, path: Sequence[str]) -> Iterator[str]:
    for over in [*([new.entries["value"]] if is_number(new) else []), new]:
        if _same(plain(merge(old, over, path)), plain(new)):
            yield f"{dotted(path)}={in_flow(plain(over))}"
            return
    yield f"{dotted(path)}=null"
    yield f"{dotted(path)}={in_flow(plain(new))}"


def _merge_key_by_key(old: dict[str, Any], new: dict[str, Any], path: Sequence[str]) -> bool:
    below, over = (Node({key: Node(entry, _NOWHERE) for key, entry in one.items()}, _NOWHERE) for one in (old, new))
    return not is_number(below) and not is_number(over) and not replaces(below, over, path)


def _same(one: Any, other: Any) -> bool:
    """Say whether two values are the same, zeros and minus zeros told apart."""
    return bool(one == other) and repr(one) == repr(other)
