"""A tiny army whose outcomes are known functions of its inputs, and of chance."""

from pathlib import Path
from typing import Any

import defectsim as ds

SCENARIO = """\
name: known
question: Does a reading find what is known?
clock: {start: 2020-01-01, end: 2020-01-08}
forces: {branches: {army: {strength: 3}}}
people:
  attributes:
    x: {value: 0.5, range: [0, 1], source: "assumption"}
    y: {value: 0.5, range: [0, 1], source: "a report"}
    noise: {uniform: [0, 1], source: "assumption"}
behaviour: {soldier: "known.py:decide"}
observers: {f: "known.py:see"}
outcomes: {total: "known.py:total", noisy: "known.py:noisy", passes: "known.py:passes"}
record: {series: none, events: false}
"""
CODE = """\
import defectsim as ds

@ds.rule
def decide(agent, unit, country, p: ds.NoParameters) -> ds.Rates:
    return ds.Rates()

def see(view):
    x, y, noise = (float(view.column(name)[0]) for name in ("x", "y", "noise"))
    return {"total": 3 * x + y + SHIFT, "noise": noise, "x": x}

def total(counts):
    return float(counts["f.total"][-1])

def noisy(counts):
    return total(counts) + 3 * float(counts["f.noise"][-1])

def passes(counts) -> bool:
    return bool(counts["f.x"][-1] > 0.2 + 0.2 * counts["f.noise"][-1])
"""


OVER = "scenario: known.yaml\nover: ranges\nreplicates: 1"
"""Sweep over both ranges."""


def write(folder: Path, name: str = "known", shift: float = 0.0) -> None:
    """Write the scenario and its code into a folder."""
    text = SCENARIO.replace("name: known", f"name: {name}").replace("known.py", f"{name}.py")
    (folder / f"{name}.yaml").write_text(text)
    (folder / f"{name}.py").write_text(CODE.replace("SHIFT", str(shift)))


def study(folder: Path, sweep: str, **options: Any) -> ds.Study:
    """Run a sweep in the folder, in the reference engine; by default its study is in memory."""
    (folder / "sweep.yaml").write_text(f"name: s\nquestion: Which?\n{sweep}\n")
    plan = ds.load_sweep(folder / "sweep.yaml", allow_code=True)
    return ds.sweep(plan, seed=1, engine="reference", workers=1, **options)
