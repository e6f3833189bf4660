"""The path of a scenario, and of one of its values, through the functions of a run."""

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import defectsim as ds

SCENARIO = "scenarios/venezuela-2019.yaml"
VALUE = 0.31415926
"""A value of `policies.off_ramp.value` that nothing else has."""
DEPTH = 8
"""Depth to which objects are searched for the value."""
_CALLS = 40
"""Calls of a function that are examined."""
_MANY = 3_000
"""A collection with more items is not looked through."""
_ROOT = str(Path(ds.__file__).parent)


def files_of_a_scenario() -> list[str]:
    """Return the files that a scenario enters on its path from `ds.run` to the events table.

    They have a function that takes the scenario, or something that has it as an attribute, or
    they stand on the call stack when the events table is written.
    """
    scenario = _small()
    ds.run(scenario, replicates=1, seed=1, workers=1)
    files: dict[str, None] = {}

    def look(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(_ROOT):
            return
        if _takes(frame, ds.Scenario):
            files.setdefault(code.co_filename)
        if code.co_name in ("_events", "events_table"):
            files.update((one.f_code.co_filename, None) for one in _stack(frame))

    _traced(look, lambda: ds.run(scenario, replicates=1, seed=1, workers=1))
    return [file.removeprefix(_ROOT)[1:] for file in files if file.startswith(_ROOT)]


def functions_that_hold_the_value() -> set[CodeType]:
    """Return the functions in which the value can be reached, from its file to the events.

    It is reached from their arguments, their locals or their result.
    """
    found: set[CodeType] = set()
    calls: Counter[CodeType] = Counter()

    def look(frame: FrameType, event: str, result: Any) -> None:
        code = frame.f_code
        if not code.co_filename.startswith(_ROOT) or code in found or calls[code] > _CALLS:
            return
        calls[code] += 1
        held = [*frame.f_locals.values(), result if event == "return" else None]
        if any(_holds(one, DEPTH) for one in held):
            found.add(code)

    value = f"policies.off_ramp.value={VALUE}"
    ds.run(_small(value), replicates=1, seed=1, workers=1)
    _traced(look, lambda: ds.run(_small(value), replicates=1, seed=1, workers=1))
    return found


def _small(*overrides: str) -> ds.Scenario:
    """Return the default scenario with a thousand people."""
    sizes = []
    for name in ds.load(SCENARIO).forces.branches:
        for key, number in (("strength", 200), ("generals", 5)):
            place = f"forces.branches.{name}.{key}"
            sizes += [f"{place}=null", f"{place}={number}"]
    return ds.load(SCENARIO, [*sizes, *overrides])


def _traced(look: Callable[[FrameType, str, Any], None], action: Callable[[], object]) -> None:
    sys.setprofile(look)
    try:
        action()
    finally:
        sys.setprofile(None)


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _takes(frame: FrameType, kind: type[Any]) -> bool:
    """Return whether an argument is of a kind, or has an attribute or item that is."""
    code = frame.f_code
    if code.co_name.startswith("<"):
        return False
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for argument in (frame.f_locals.get(name) for name in names):
        if isinstance(argument, kind) or any(isinstance(one, kind) for one in _parts(argument)):
            return True
    return False


def _holds(thing: Any, depth: int) -> bool:
    """Return whether the value can be reached from something."""
    if isinstance(thing, float | str):
        return thing == VALUE or (isinstance(thing, str) and str(VALUE) in thing)
    return depth > 0 and any(_holds(part, depth - 1) for part in _parts(thing))


def _parts(thing: Any) -> list[Any]:
    """Return the items of a collection, or the attributes of one of the package's objects."""
    if isinstance(thing, list | tuple | set | frozenset | deque):
        return list(thing) if len(thing) < _MANY else []
    if isinstance(thing, dict):
        return list(thing.values()) if len(thing) < _MANY else []
    if not type(thing).__module__.startswith("defectsim"):
        return []
    slots = getattr(type(thing), "__slots__", ())
    return [*getattr(thing, "__dict__", {}).values(), *(getattr(thing, one, None) for one in slots)]
