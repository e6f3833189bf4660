"""From a file to a sweep that can be run, or to everything that is wrong with it."""

from collections.abc import Sequence
from pathlib import Path

from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.randomness import fresh_seed
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.reading.source import load_tree, shown_path
from defectsim.scenario.reading.tree import Mark, Node, plain
from defectsim.scenario.reading.validation import validate
from defectsim.studies.kinds.sweep.design_points import drafts, points_of
from defectsim.studies.kinds.sweep.sweep_file import SweepFile
from defectsim.studies.plan import NamedCode, Plan


def load_sweep(
    path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False
) -> Plan:
    """Load a sweep, and check the scenario of each of its points, without running any.

    Parameters
    ----------
    path
        A YAML file that names a scenario and what varies.
    overrides
        Values laid over the scenario for all points, after those of the file, each as ``policies.off_ramp.value=0.6``.
    allow_code
        Whether a scenario outside of the working folder may name code other than defectsim's own.

    Raises
    ------
    ScenarioError
        With all that is wrong, each fault with file, line and column.
    """
    faults: list[Fault] = []
    file = Path(path)
    tree = load_tree(file, shown_path(file), Mark(shown_path(file)), faults, layer=-1)
    if tree is None:
        raise ScenarioError(faults)
    section = validate(SweepFile, tree, plain(tree), None, faults)
    base = _base(tree, file.parent, overrides, allow_code, faults)
    if faults or section is None or base is None:
        raise ScenarioError(faults)
    found, code = drafts(section, tree, base, faults), NamedCode()
    points = () if faults else points_of(found, base, shown_path(file), code, faults)
    if faults:
        raise ScenarioError(faults)
    return Plan(
        section.name,
        section.question,
        base.resolved,
        section.designed,
        points,
        section.replicates or int(base.scenario.replicates),
        section.seeds,
        fresh_seed() if section.seed is None else section.seed,
        code.files,
        code.fingerprints,
    )


def _base(
    tree: Node, folder: Path, overrides: Sequence[str], allow_code: bool, faults: list[Fault]
) -> ScenarioDocument | None:
    """Read the scenario that a sweep names, with what is laid over it for all points."""
    named = tree.entries.get("scenario")
    listed = tree.entries["set"].children if "set" in tree.entries else []
    said = [node for node in listed if isinstance(node.value, str)]
    if named is None or not isinstance(named.value, str):
        return None
    try:
        return ScenarioDocument.read(
            folder / named.value, [*said, *overrides], allow_code=allow_code, asked=named.mark
        )
    except ScenarioError as error:
        faults += error.faults
    return None
