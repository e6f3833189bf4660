"""The faults: links, altered tables, odd manifests, plans, journals and checkpoints, each at its place."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.strangers import damage, links

COMPLETE, INCOMPLETE, CHECKPOINT = "complete", "incomplete", "checkpoint.npz"
"""What faults are planted in."""

PARTS = tuple(
    f"{table}/part-0000{part}.parquet" for table in ("series", "events") for part in (0, 1)
)
WRITTEN = (
    *("manifest.json", "plan.json", "scenario.yaml", "runs.parquet", "log.jsonl"),
    *("journal.db", "journal.db-wal", "journal.db-shm", "journal.db-journal", ".replaced"),
    *("series", "events", "attempts", "observations", "bands", "figures"),
    *("figures/differences.png", "figures/differences.svg", *PARTS[1:3]),
)
"""All that a study's writer writes, and a figure."""
UNFINISHED = tuple(f"{name}.new" for name in WRITTEN if Path(name).suffix and "journal" not in name)


@dataclass(frozen=True)
class Fault:
    """A fault to be planted.

    Attributes
    ----------
    plant
        Plants it in a study or a checkpoint; further arguments are a folder of somebody else, and random numbers.
    """

    name: str
    target: str
    plant: Callable[[Path, Path, random.Random], object]


def catalogue(most: int, seed: int) -> list[Fault]:
    """Return all faults in a random order, or (if not 0) so many of them."""
    faults = [*_links(), *_tables(), *_texts(), *_journals(), *_checkpoints()]
    random.Random(seed).shuffle(faults)
    return faults[: most or None]


def _links() -> Iterator[Fault]:
    for name in (*WRITTEN, *UNFINISHED, "notes"):
        for kind, plant in links.KINDS.items():
            yield Fault(f"{kind} at {name}", COMPLETE, partial(plant, name))
    for name in ("journal.db", "runs.parquet.new", "log.jsonl", PARTS[0]):
        for kind, plant in links.KINDS.items():
            yield Fault(f"{kind} at {name}", INCOMPLETE, partial(plant, name))


def _tables() -> Iterator[Fault]:
    for target in (COMPLETE, INCOMPLETE):
        there = ("runs.parquet", *(PARTS if target == COMPLETE else PARTS[::2]))
        for name in there:
            for kind, plant in damage.OF_TABLES.items():
                yield Fault(f"{kind} in {name}, {target}", target, partial(plant, name))
        yield Fault(f"a part too many, {target}", target, damage.a_part_too_many)


def _texts() -> Iterator[Fault]:
    for target in (COMPLETE, INCOMPLETE):
        for name in ("manifest.json", "plan.json"):
            for kind, plant in damage.OF_JSON.items():
                yield Fault(f"{kind} in {name}, {target}", target, partial(plant, name))
    for kind, plant in damage.OF_CODE.items():
        yield Fault(kind, COMPLETE, plant)


def _journals() -> Iterator[Fault]:
    for kind, plant in damage.OF_JOURNALS.items():
        yield Fault(f"{kind} in the journal", INCOMPLETE, plant)


def _checkpoints() -> Iterator[Fault]:
    for kind, plant in damage.OF_CHECKPOINTS.items():
        yield Fault(f"{kind} in a checkpoint", CHECKPOINT, plant)
