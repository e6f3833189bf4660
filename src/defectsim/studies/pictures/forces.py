"""Armed forces of a stored scenario, which no code of its own is run to read."""

import json
from functools import reduce

from pydantic import ValidationError

from defectsim.core.errors import AnalysisError, Fault, StudyDamagedError
from defectsim.core.section import faults_of
from defectsim.core.study_folder import PLAN_FILE, SCENARIO_FILE
from defectsim.population.forces import Forces
from defectsim.scenario.overrides import override
from defectsim.scenario.reading.extends import read_layers
from defectsim.scenario.reading.tree import plain
from defectsim.store import StoredStudy
from defectsim.store.provenance import changed_files, refuse_changed


def stored_forces(study: StoredStudy, point: int) -> Forces:
    """Return the forces of a point of a study.

    Raises
    ------
    AnalysisError
        If the study is in memory, and so has no scenario file.
    StudyDamagedError
        If its files are not as written, or cannot be understood.
    """
    if study.path is None:
        raise AnalysisError(
            "the order of battle is read from a study's folder, and this study is in memory: run it "
            "with out, as in ds.run(scenario, out='results')"
        )
    ours = {PLAN_FILE, SCENARIO_FILE}
    refuse_changed(study.path, changed_files(study.path, ours.__contains__))
    faults: list[Fault] = []
    tree = read_layers(study.path / SCENARIO_FILE, faults)
    try:
        plan = json.loads((study.path / PLAN_FILE).read_text(encoding="utf-8"))
        overrides = plan["points"][point]["overrides"]
        if tree is not None:
            tree = reduce(lambda node, text: override(node, text, faults), overrides, tree)
        node = None if tree is None or faults else tree.child("forces")
        if node is None:
            raise ValueError(" ".join(map(str, faults)))
        return Forces.model_validate(plain(node))
    except (OSError, ValueError, LookupError, TypeError) as error:
        reason = faults_of(error) if isinstance(error, ValidationError) else error
        raise StudyDamagedError(
            f"{study.path} has no order of battle that can be read ({reason}): run the study again "
            "with --overwrite"
        ) from error
