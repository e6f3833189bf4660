"""A small stored study in which many leave, with the causes, for what reads a study's folder."""

from pathlib import Path
from typing import Any

import defectsim as ds
from builders import small_scenario

EAGER = {
    "soldier": {"parameters": {"base_desertion": 0.05, "base_defection": 5}},
    "follow": {"rule": "rules:chance", "parameters": {"probability": 0.5}},
}


def eager_study(folder: Path, replicates: int = 3, **record: Any) -> ds.Study:
    """Run it into a folder; by default with causes recorded."""
    scenario = small_scenario(behaviour=EAGER, record={"causes": True, **record})
    return ds.run(scenario, replicates=replicates, seed=1, out=folder, figures=False)


def eager_comparison(folder: Path) -> ds.Study:
    """Run a comparison of two scenarios, in the second of which the army has more battalions."""
    record = {"causes": True}
    army = small_scenario().forces.branches["army"]
    wider = {"branches": {"army": {"strength": 90, "generals": int(army.generals)}}}
    scenarios = {
        "held-small": small_scenario(behaviour=EAGER, record=record),
        "held-wide": small_scenario(behaviour=EAGER, record=record, forces=wider),
    }
    return ds.compare(scenarios, replicates=2, seed=1, out=folder, name="both", figures=False)
