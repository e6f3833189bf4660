"""How one scenario is made of another."""

from collections.abc import Iterator, Sequence

from defectsim.scenario.merge import merge, replaces
from defectsim.scenario.numbers import is_number
from defectsim.scenario.schema import Scenario
from defectsim.scenario.text import in_flow
from defectsim.scenario.tree import Mark, Node, dotted, node_of, plain


def overrides_to(other: Scenario, base: Scenario) -> tuple[str, ...]:
    """Return what has to be laid over `base`, resolved, to have `other`: each as ``PATH=VALUE``, in this order.

    A change of a number's value alone is written as people write it, ``policies.off_ramp.value=0.6``; what nothing
    can be laid over without keeping some of it is taken away first, by a null.
    """
    names = {name for name in Scenario.model_fields if getattr(other, name) is not getattr(base, name)}
    old, new = (node_of(one.model_dump(exclude_none=True, include=names), Mark("")) for one in (base, other))
    return tuple(_changes(old, new, ()))


def _changes(old: Node, new: Node, path: Sequence[str]) -> Iterator[str]:
    """Find what has to be laid over `old`, which stands at `path`, to have `new`."""
    if _same(old, new):
        return
    if not _merge_key_by_key(old, new, path):
        yield from _whole(old, new, path)
        return
    for key, node in old.entries.items():
        if key in new.entries:
            yield from _changes(node, new.entries[key], [*path, key])
        else:
            yield f"{dotted([*path, key])}=null"
    for key, node in new.entries.items():
        if key not in old.entries:
            yield f"{dotted([*path, key])}={in_flow(plain(node))}"


def _whole(old: Node, new: Node, path: Sequence[str]) -> Iterator[str]:
    for over in [*([new.entries["value"]] if is_number(new) else []), new]:
        if _same(merge(old, over, path), new):
            yield f"{dotted(path)}={in_flow(plain(over))}"
            return
    yield f"{dotted(path)}=null"
    yield f"{dotted(path)}={in_flow(plain(new))}"


def _merge_key_by_key(old: Node, new: Node, path: Sequence[str]) -> bool:
    mappings = isinstance(old.value, dict) and isinstance(new.value, dict)
    return mappings and not is_number(old) and not is_number(new) and not replaces(old, new, path)


def _same(one: Node, other: Node) -> bool:
    """Say whether two trees say the same, zeros and minus zeros told apart."""
    return repr(plain(one)) == repr(plain(other))
