"""Run all benchmarks: ``python -m benchmarks``."""

import sys
import tempfile

from rich.console import Console
from rich.progress import Progress

from benchmarks import performance
from benchmarks.plan import ROUNDS, SIZES, Task, tasks
from benchmarks.report import Report
from benchmarks.rounds import measure
from benchmarks.start import starts
from benchmarks.study import study
from benchmarks.sweep import many_runs
from benchmarks.uncompiled import one_rule


def main() -> None:
    """Measure compiling, the contestants in rounds, a study, and the peers; print and save the results."""
    chosen, console = performance.options().parse_args(), Console()
    peers = {"rounds": chosen.rounds, "largest": chosen.long}
    with (
        tempfile.TemporaryDirectory() as cache,
        Progress(console=console, transient=True) as progress,
    ):
        environment = {"DEFECTSIM_CACHE_DIR": cache, "NUMBA_CACHE_DIR": cache}
        round_of = list(tasks())
        steps = ROUNDS * len(round_of) + 4 + performance.measurements(**peers)
        bar = progress.add_task("compiling", total=steps)
        first = Task("c", SIZES[0])
        fresh, again = measure(first, environment), measure(first, environment)
        progress.advance(bar, 2)
        entries = []
        for number in range(1, ROUNDS + 1):
            for task in round_of:
                progress.update(
                    bar, description=f"round {number}: {task.contestant.title}, {task.soldiers:,}"
                )
                entries.append(measure(task, environment, number))
                progress.advance(bar)
        progress.update(bar, description="study")
        full = study(environment)
        progress.update(bar, advance=1, description="many runs")
        many = many_runs(environment)
        report = Report(
            entries, fresh, again, full, many, one_rule(environment), starts(environment)
        )
        progress.advance(bar)
        found = performance.measure_all(
            environment,
            lambda text: progress.update(bar, advance=1, description=text),
            **peers,
        )
    report.show(console)
    found.show(console)
    console.print(f"Written to {report.save()} and {found.save()}.")
    sys.exit(bool(found.disagreeing))


if __name__ == "__main__":
    main()
