import json

import numpy as np

from builders import small_scenario
from defectsim.studies.kinds.run.design import run_plan
from defectsim.studies.manifest import facts


def test_a_manifest_names_what_made_the_study() -> None:
    plan = run_plan(small_scenario(), 4, 7)
    manifest = facts(plan, "compiled", 2, "defectsim run")
    assert manifest["seed"] == "7"
    assert manifest["replicates"] == 4
    assert manifest["engine"] == "compiled"
    assert manifest["software"]["numpy"] == np.__version__
    assert manifest["circumstances"]["workers"] == 2
    assert manifest["circumstances"]["command"] == "defectsim run"
    assert json.loads(json.dumps(manifest)) == manifest
