"""The report of the benchmarks: tables in the terminal, and a JSON file."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.plan import CONTESTANTS, ROOT
from benchmarks.rounds import Entry, Spread, ratios, spread
from benchmarks.start import Start
from benchmarks.study import StudyRun
from benchmarks.sweep import ManyRuns
from benchmarks.uncompiled import PEOPLE, STEPS, Round, ratio

FOLDER = ROOT / "results" / "bench"
MEANING = {
    "agent_steps_per_second": "everybody at the start, gone or not, times steps times runs, by CPU seconds of stepping",
    "setup_seconds": "from the loaded scenario to an army that is ready to step, compiled rules taken from the cache",
    "stepping": "CPU seconds; what the compiled engine draws before a run's first step is counted here",
    "peak_mib": "most resident memory of the contestant's own process, Python and imports included",
    "ratios": "of agent-steps per second, each taken within a round",
    "left": "people who had deserted and defected after the first run's steps",
}


@dataclass(frozen=True)
class Report:
    """All measurements of a run of the benchmarks.

    Attributes
    ----------
    fresh, again
        The compiled engine with an empty cache folder, and with the same folder in another process.
    """

    entries: Sequence[Entry]
    fresh: Entry
    again: Entry
    study: StudyRun
    many: ManyRuns
    uncompiled: Sequence[Round]
    starts: Sequence[Start]

    def data(self) -> dict[str, Any]:
        """Return everything as plain data."""
        from benchmarks.machine import machine, versions

        return {
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": versions(),
            "meaning": MEANING,
            "ratios": [
                {"soldiers": size, "of": fast, "to": slow, **found._asdict()}
                for (size, fast, slow), found in ratios(self.entries).items()
            ],
            "compiling": {"empty_cache": self.fresh.data(), "second_process": self.again.data()},
            "study": asdict(self.study),
            "many_runs": asdict(self.many),
            "uncompiled": [asdict(one) for one in self.uncompiled],
            "starts": [asdict(one) for one in self.starts],
            "rounds": [entry.data() for entry in self.entries],
        }

    def save(self, folder: Path = FOLDER) -> Path:
        """Write the JSON file, under the time and as the latest."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.data(), indent=2) + "\n"
        path = folder / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.json"
        for file in (path, folder / "latest.json"):
            file.write_text(text, encoding="utf-8")
        return path

    def show(self, console: Console) -> None:
        """Print the tables."""
        console.print(", ".join(f"{letter} {one.title}" for letter, one in CONTESTANTS.items()))
        console.print(_contestants(self.entries), _ratios(self.entries))
        fresh, again, study = self.fresh.measured, self.again.measured, self.study
        loading = again.setup["compiled rules"]
        console.print(
            f"Compiled once, in an empty cache folder: {fresh.compiled} functions in {fresh.compiling:.1f} s. "
            f"Another process then compiled {again.compiled}, and loaded them in {loading:.2f} s."
        )
        console.print(
            f"{study.scenario}, {study.replicates} replicates on {study.workers} workers, from the command to the "
            f"study's folder: {study.seconds:.1f} s, {study.seconds_per_replicate:.2f} s a replicate, at most "
            f"{study.peak_mib:.0f} MiB."
        )
        console.print(_many_runs(self.many))
        console.print(_uncompiled(self.uncompiled))
        typed = ", ".join(f"{one.command} {interval(one.spread)} s" for one in self.starts)
        console.print(f"From typing defectsim to its end: {typed}.")


def _many_runs(many: ManyRuns) -> str:
    """Show times of many runs: medians, and the spread of ratios within a round."""
    one, two, mesa, bare, tables = (
        median(getattr(round_, name) for round_ in many.rounds)
        for name in ("one", "two", "mesa", "bare", "tables")
    )
    return (
        f"{many.runs:,} runs of 10,000 soldiers over 260 weeks: {one:.1f} s on one worker, {two:.1f} s on two, "
        f"{interval(many.scaling)} times as fast and {interval(many.against_mesa)} times the runs of "
        f"mesa.batch_run with two processes ({mesa:.2f} s a run). A run takes {1000 * bare:.1f} ms bare and "
        f"{1000 * tables:.1f} ms with its tables; executor and store cost {interval(many.overhead)} % more."
    )


def _uncompiled(rounds: Sequence[Round]) -> str:
    """Show speeds of one rule that nothing compiles: medians, and the spread of ratios within a round."""
    mesa, reference = (
        median(getattr(one, name) for one in rounds) / 1e6 for name in ("mesa", "reference")
    )
    return (
        f"One rule, {PEOPLE:,} people all unlike over {STEPS} weeks: {mesa:.2f} M agent-steps/s by Mesa's shuffle_do, "
        f"{reference:.2f} M by the reference engine, {interval(ratio(rounds))} times as fast."
    )


def _contestants(entries: Sequence[Entry]) -> Table:
    core = entries[0].measured.core
    where = "whichever core is free" if core is None else f"core {core} alone"
    table = Table(
        title=f"Median (least–most) of {max(e.round for e in entries)} rounds, on {where}"
    )
    for heading in ("soldiers", "", "steps", "M agent-steps/s", "set-up, s", "peak, MiB"):
        table.add_column(heading, justify="right")
    previous = 0
    for task in dict.fromkeys(entry.task for entry in entries):
        if previous not in (0, task.soldiers):
            table.add_section()
        previous = task.soldiers
        of = [entry for entry in entries if entry.task == task]
        table.add_row(
            f"{task.soldiers:,}",
            task.letter,
            str(task.steps),
            interval(spread(entry.speed / 1e6 for entry in of)),
            interval(spread(entry.setup for entry in of)),
            f"{max(entry.peak_mib for entry in of):.0f}",
        )
    return table


def _ratios(entries: Sequence[Entry]) -> Table:
    found = ratios(entries)
    sizes = list(dict.fromkeys(size for size, *_ in found))
    table = Table(title="Times as fast, within a round, by number of soldiers")
    for heading in ("", *(f"{size:,}" for size in sizes)):
        table.add_column(heading, justify="right")
    for fast, slow in dict.fromkeys((fast, slow) for _, fast, slow in found):
        table.add_row(f"{fast}/{slow}", *(interval(found[size, fast, slow]) for size in sizes))
    return table


def interval(found: Spread) -> str:
    """Return a spread as text, in three digits or whole numbers."""
    return f"{digits(found.median)} ({digits(found.least)}–{digits(found.most)})"


def digits(value: float) -> str:
    """Return a number as text, in three digits or whole."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
