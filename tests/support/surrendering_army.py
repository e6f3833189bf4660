"""Run, in a process of its own, an army that knows a status and a rank which the package does not ship.

Prints, as JSON, what both engines, stored tables, tables of the terminal and figures say of them.
"""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

import defectsim as ds
from defectsim.api.study import Study
from defectsim.engine.events import Events
from defectsim.model.transitions import STATUSES

RULE = """
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Siege(NamedTuple):
    surrender: float = 2.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Siege) -> Rates:
    return Rates(desert=0.5, surrender=p.surrender * (1.0 + unit.deserted))
"""
SCENARIO = """
name: siege
question: Who surrenders?
clock: {start: 2018-01-01, end: 2018-04-01}
forces:
  branches: {army: {strength: 60, generals: 4}}
  company: {officer: 2, warrant: 2, nco: 2, enlisted: 6}
  battalion: 2
  brigade: 2
people:
  pay: {enlisted: 10, nco: 12, warrant: 15, officer: 20, general: 100}
  outside: 100
behaviour: {soldier: siege.py:decide, general: siege.py:decide}
policies:
  raise:
    {lever: pay, value: 2, effective: 2018-01-08, when: surrendered >= 1, audience: {rank: [warrant]}}
"""
SWEEP = """
name: sieges
question: Does it matter how fast they surrender?
scenario: siege.yaml
replicates: 2
vary: {behaviour.soldier.parameters.surrender: [0, 2, 8]}
"""


def main(folder: Path) -> dict[str, Any]:
    """Run the army in a folder."""
    for name, text in {"siege.py": RULE, "siege.yaml": SCENARIO, "sieges.yaml": SWEEP}.items():
        (folder / name).write_text(text)
    scenario = ds.load(folder / "siege.yaml")
    held = ds.load(folder / "siege.yaml", ["behaviour.soldier.parameters.surrender=0"])
    study = ds.run(scenario, replicates=2, seed=1, workers=1, out=folder, name="stored")
    swept = ds.sweep(ds.load_sweep(folder / "sieges.yaml"), seed=1, workers=1)
    compared = ds.compare({"siege": scenario, "held": held}, replicates=2, seed=1, workers=1)
    figure = study.figure()
    return {
        "engines": [_ran(scenario, engine) for engine in ("reference", "compiled")],
        "stored": {
            name: pl.read_parquet(folder / "stored" / name / "**/*.parquet").to_dicts()
            for name in ("series", "events")
        },
        "runs": pl.read_parquet(folder / "stored" / "runs.parquet").to_dicts(),
        "tables": [_text(one) for one in (study, swept, compared)],
        "panels": [axes.get_title(loc="left") for axes in figure.axes],
        "labels": [text.get_text() for axes in figure.axes for text in axes.texts],
        "differences": [text.get_text() for axes in compared.figure().axes for text in axes.texts],
        "sweep": [axes.get_ylabel() for axes in swept.figure("surrendered").axes],
        "html": study._repr_html_(),
    }


def _ran(scenario: ds.Scenario, engine: Any) -> dict[str, Any]:
    model = ds.DefectionModel(scenario, rng=3, engine=engine).run()
    events: Events = model.engine.events
    return {
        "events": [column.tolist() for column in events],
        "counts": model.engine.counts.tolist(),
        "ends": [STATUSES[status] for status in events.end.tolist()],
    }


def _text(study: Study) -> str:
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(study.table())
    return console.export_text()


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1])), sys.stdout, default=str)
