"""The peers side by side, and a replicate by size and length: ``python -m benchmarks.performance``.

``make bench`` measures both after everything else, and writes what docs/explanation/performance.md shows.
"""

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.machine import machine, versions
from benchmarks.peers.model import VARIANTS
from benchmarks.peers.plan import PEERS, Task, tasks
from benchmarks.peers.rounds import APART, Entry, Row, measure, summarize
from benchmarks.plan import ROUNDS
from benchmarks.report import FOLDER, digits, interval
from benchmarks.scale import KINDS, Case, Cost, cases, cost, too_large

FILE = FOLDER / "performance.json"
PRIMING = (Case("alike", 10_000, 52), Case("default"))
"""Cases that compile all that the others use, so that no measurement has the memory that compiling takes."""


@dataclass(frozen=True)
class Performance:
    """All measurements of peers and of sizes and lengths.

    Attributes
    ----------
    left_out
        Cases that would need too much memory.
    load
        Processes that wanted to run in the minute before, at the beginning and at the end.
    """

    entries: Sequence[Entry]
    costs: Sequence[Cost]
    left_out: Sequence[Case]
    load: tuple[float, float]

    @property
    def rows(self) -> list[Row]:
        """What all rounds say of each peer."""
        return summarize(self.entries)

    @property
    def disagreeing(self) -> list[Row]:
        """The rows whose share gone is not that of the simplest peer, within what chance explains."""
        return [row for row in self.rows if abs(row.share.apart) > APART]

    def data(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": versions(),
            "load": self.load,
            "rounds": max(entry.round for entry in self.entries),
            "absent": absent(),
            "left_out": [named(case) for case in self.left_out],
            "peers": [row.data() for row in self.rows],
            "costs": [one.data() for one in self.costs],
            "measurements": [entry.data() for entry in self.entries],
        }

    def save(self, path: Path = FILE) -> Path:
        """Write the JSON file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.data(), indent=2) + "\n", encoding="utf-8")
        return path

    def show(self, console: Console) -> None:
        """Print the tables."""
        console.print(_peers(self.rows), _costs(self.costs))
        console.print(
            "In parentheses: standard errors from NumPy with a draw a week; least–most of rounds."
        )
        for title in absent():
            console.print(f"{title} is not there: `make bench` could not install it.")
        for case in self.left_out:
            console.print(
                f"{named(case)}: left out, for it would need more than half of the memory."
            )
        for row in self.disagreeing:
            console.print(f"[red]{row.task} does not simulate the same model: {row.share}")


def absent() -> list[str]:
    """Return the titles of peers that cannot be run here."""
    return [peer.title for peer in PEERS.values() if not peer.there]


def named(case: Case) -> str:
    """Return a case in words."""
    title = KINDS[case.kind].title
    return f"{title}, {case.soldiers:,} soldiers, {case.weeks} weeks" if case.soldiers else title


def measure_all(
    environment: Mapping[str, str],
    advance: Callable[[str], None],
    rounds: int = ROUNDS,
    *,
    largest: bool = False,
) -> Performance:
    """Measure the peers in rounds, in turns, then sizes and lengths; `advance` is told what comes next."""
    before = os.getloadavg()[0]
    entries, costs, left_out = [], [], []
    advance("compiling")
    measure(Task("defectsim", "quiet", 10_000), environment, 0)
    for case in PRIMING:
        cost(case, environment)
    for number, task in _turns(rounds):
        advance(f"round {number}: {PEERS[task.peer].title}, {task.variant}, {task.people:,}")
        entries.append(measure(task, environment, number))
    for case in cases(largest=largest):
        advance(named(case))
        if too_large(case, costs):
            left_out.append(case)
        else:
            costs.append(cost(case, environment))
    return Performance(entries, costs, left_out, (before, os.getloadavg()[0]))


def measurements(rounds: int = ROUNDS, *, largest: bool = False) -> int:
    """Return how often `measure_all` calls `advance`."""
    return 1 + len(list(_turns(rounds))) + len(list(cases(largest=largest)))


def _turns(rounds: int) -> Iterator[tuple[int, Task]]:
    return product(range(1, rounds + 1), list(tasks(tuple(VARIANTS))))


def _peers(rows: Sequence[Row]) -> Table:
    table = Table(title="One small model, all people unlike, on one core")
    for heading in ("army", "peer", "share gone", "M agent-steps/s", "defectsim ×", "MiB"):
        table.add_column(heading, justify="right")
    for army, own in groupby(rows, lambda row: f"{row.task.people:,} {row.task.variant}"):
        table.add_section()
        for row in own:
            table.add_row(
                army,
                PEERS[row.task.peer].title,
                f"{row.share.mean:.4f} ({row.share.apart:+.1f})",
                digits(row.speed.median / 1e6),
                interval(row.ratio),
                f"{row.peak_mib:.0f}",
            )
    return table


def _costs(costs: Sequence[Cost]) -> Table:
    table = Table(title="One replicate, on one core")
    for heading in ("army", "people", "weeks", "s", "M agent-steps/s", "peak, MiB"):
        table.add_column(heading, justify="right")
    for one in costs:
        table.add_row(
            KINDS[one.case.kind].title,
            f"{one.measured.people:,}",
            f"{one.measured.weeks:,}",
            f"{one.seconds:.3g}",
            f"{one.speed / 1e6:.0f}",
            f"{one.peak_mib:.0f}",
        )
    return table


def options() -> argparse.ArgumentParser:
    """Return the options of the benchmarks."""
    parser = argparse.ArgumentParser(description="Measure, and write results/bench/.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the peers")
    parser.add_argument(
        "--long", action="store_true", help="also 10 million people: minutes, and gigabytes"
    )
    return parser


def main() -> None:
    """Measure; print and save the results."""
    chosen, console = options().parse_args(), Console()
    with (
        tempfile.TemporaryDirectory() as cache,
        Progress(console=console, transient=True) as progress,
    ):
        bar = progress.add_task("", total=measurements(chosen.rounds, largest=chosen.long))
        found = measure_all(
            {"DEFECTSIM_CACHE_DIR": cache, "NUMBA_CACHE_DIR": cache},
            lambda text: progress.update(bar, advance=1, description=text),
            chosen.rounds,
            largest=chosen.long,
        )
    found.show(console)
    console.print(f"Written to {found.save()}.")
    sys.exit(bool(found.disagreeing))


if __name__ == "__main__":
    main()
