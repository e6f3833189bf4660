"""Write what `make bench` measured into docs/explanation/performance.md: ``python -m tools.performance``."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import digits, interval
from benchmarks.rounds import Spread
from tools.markdown import table

MEASURED = Path("results/bench/performance.json")
PAGE = Path("docs/explanation/performance.md")
BEGIN, END = "<!-- what was measured -->", "<!-- end -->"


def page(text: str, measured: Mapping[str, Any]) -> str:
    """Return the page with what was measured between its marks."""
    before, _, rest = text.partition(BEGIN)
    shown = "\n".join((conditions(measured), *peers(measured), *replicates(measured)))
    return f"{before}{BEGIN}\n\n{shown}\n{END}{rest.partition(END)[2]}"


def conditions(measured: Mapping[str, Any]) -> str:
    """Say what was measured, where, and what else ran."""
    on, of = measured["machine"], measured["versions"]
    begun, ended = measured["load"]
    packages = ", ".join(f"{name} {of[name]}" for name in ("python", "numpy", "numba", "mesa"))
    text = (
        f"Measured on {measured['created'][:10]} at commit `{str(of['commit'])[:12]}`, on one of {on['cores']} "
        f"cores of an {on['processor']} with {on['memory_gib']:.0f} GiB; {packages}. "
        f"{begun:.1f} processes wanted to run on those cores at the beginning and {ended:.1f} at the end, so times "
        "are those of the processor, medians of runs, and ratios are taken within a round.\n"
    )
    missing = "".join(f"{title} could not be had.\n" for title in measured["absent"])
    return text + missing


def peers(measured: Mapping[str, Any]) -> Iterator[str]:
    """Return the tables of the peers, one a variant and army."""
    heading = (
        "peer",
        "share gone ± standard error",
        "standard errors from NumPy with draws",
        "million agent-steps a second",
        "defectsim, times as fast",
        "peak memory, MiB",
    )
    yield f"\n### The peers, {measured['rounds']} rounds\n"
    armies = dict.fromkeys((row["people"], row["variant"]) for row in measured["peers"])
    for people, variant in armies:
        rows = [
            _peer(row)
            for row in measured["peers"]
            if (row["people"], row["variant"]) == (people, variant)
        ]
        yield f"{people:,} people, {variant}:\n\n{table(heading, rows)}"


def _peer(row: Mapping[str, Any]) -> tuple[str, ...]:
    share, speed = row["share_gone"], row["agent_steps_per_second"]
    return (
        row["title"],
        f"{share['mean']:.4f} ± {share['error']:.4f}",
        f"{share['apart']:+.1f}",
        _spread({name: value / 1e6 for name, value in speed.items()}),
        _spread(row["defectsim_times_as_fast"]),
        f"{row['peak_mib']:.0f}",
    )


def replicates(measured: Mapping[str, Any]) -> Iterator[str]:
    """Return the table of sizes and lengths."""
    heading = ("army", "people", "weeks", "cohorts", "left", "set-up, s", "seconds a replicate")
    parts = ("draws", "steps", "tables")
    ends = ("million agent-steps a second", "peak memory, MiB")
    yield "\n### A replicate, by size and length\n"
    yield table(
        (*heading, *(f"of which {part}" for part in parts), *ends), map(_cost, measured["costs"])
    )
    for case in measured["left_out"]:
        yield f"Left out, for it would need more than half of the memory: {case}.\n"


def _cost(row: Mapping[str, Any]) -> tuple[str, ...]:
    counts = (f"{row[name]:,}" for name in ("people", "weeks", "cohorts", "left"))
    parts = (digits(median(row[part])) for part in ("draws", "steps", "tables"))
    return (
        row["title"],
        *counts,
        digits(row["setup"]),
        digits(row["seconds"]),
        *parts,
        digits(row["agent_steps_per_second"] / 1e6),
        f"{row['peak_mib']:,.0f}",
    )


def _spread(found: Mapping[str, float]) -> str:
    return interval(Spread(**found))


if __name__ == "__main__":
    PAGE.write_text(
        page(PAGE.read_text(encoding="utf-8"), json.loads(MEASURED.read_text(encoding="utf-8"))),
        encoding="utf-8",
    )
