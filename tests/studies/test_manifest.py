"""What a study says of itself."""

import json

import numpy as np

from builders import small_scenario
from defectsim.studies.kinds.run.kind import run_plan
from defectsim.studies.manifest import manifest


def test_a_manifest_names_what_made_the_study() -> None:
    plan = run_plan(small_scenario(), 4, 7)
    made = manifest(plan, "compiled", "cohorts", 2, "defectsim run")
    assert made["seed"] == "7"
    assert made["replicates"] == 4
    assert made["engine"] == "compiled"
    assert made["software"]["numpy"] == np.__version__
    assert made["circumstances"]["people"] == "cohorts"
    assert made["circumstances"]["workers"] == 2
    assert made["circumstances"]["command"] == "defectsim run"
    assert json.loads(json.dumps(made)) == made
