"""The design of a sweep as its manifest has it, which readings rest on."""

from collections.abc import Collection, Mapping
from typing import Any, Literal, NotRequired, TypedDict

from pydantic import TypeAdapter, ValidationError

from defectsim.analysis.inputs import Described, Input
from defectsim.core.errors import AnalysisError, StudyDamagedError
from defectsim.core.section import faults_of
from defectsim.store import StoredStudy
from defectsim.studies.kinds.sweep.pilots import PilotDesign

LEVERS = "levers"
"""Key of the design for what varies, in words."""


class InputSpec(TypedDict):
    """Range and evidence of an input; see `ranges.Range`."""

    low: float
    high: float
    log: bool
    step: int
    grade: str
    meaning: str


class ResponseSpec(TypedDict):
    """The outcome of which readings ask, unless they are told another."""

    outcome: str
    above: NotRequired[float]
    below: NotRequired[float]


class SweepDesign(TypedDict):
    """Design of a sweep, as plain data."""

    kind: Literal["sweep"]
    sampling: str
    points: NotRequired[int]
    seed: NotRequired[int]
    inputs: NotRequired[dict[str, InputSpec]]
    levers: NotRequired[dict[str, Described]]
    outcome: NotRequired[ResponseSpec]
    targets: NotRequired[dict[str, dict[str, Any]]]
    pilot: NotRequired[PilotDesign]
    scenarios: NotRequired[list[str]]
    harmful: NotRequired[list[str]]


_DESIGN = TypeAdapter(SweepDesign)
_LEVERS = TypeAdapter(dict[str, Described])


def inputs_of(design: Mapping[str, Any]) -> list[Input]:
    """Return the inputs of a design, in its order."""
    specs: Mapping[str, InputSpec] = design.get("inputs", {})
    return [
        Input(path, spec["low"], spec["high"], spec["log"], spec["step"] > 0)
        for path, spec in specs.items()
    ]


def described(study: StoredStudy) -> dict[str, Described]:
    """Return what varies in words, by path; empty for studies of earlier versions.

    Raises
    ------
    StudyDamagedError
        When the manifest holds something else.
    """
    data = study.manifest.get("design", {}).get(LEVERS, {})
    try:
        return _LEVERS.validate_python(data)
    except ValidationError as error:
        raise StudyDamagedError(
            f"{study.label} does not say what varies ({faults_of(error)}): run it again with "
            "--overwrite"
        ) from error


def stored_design(study: StoredStudy, reading: str, samplings: Collection[str] = ()) -> SweepDesign:
    """Return the design of a sweep.

    Parameters
    ----------
    reading
        Name of the reading that needs it, for messages.
    samplings
        Designs that it can read; default: any.

    Raises
    ------
    AnalysisError
        When the study is no sweep, or has another design.
    StudyDamagedError
        When its manifest has no design of a sweep.
    """
    data = study.manifest.get("design", {})
    sampling = data.get("sampling", study.kind) if isinstance(data, dict) else study.kind
    if study.kind != "sweep" or (samplings and sampling not in samplings):
        kinds = " or ".join(f"{{kind: {one}}}" for one in samplings)
        wanted = f" whose design is {kinds}" if kinds else ""
        raise AnalysisError(
            f"{reading} needs a sweep{wanted}, and this study is {sampling}: write such a sweep "
            "file, and give it instead"
        )
    try:
        design = _DESIGN.validate_python(data, strict=False)
    except ValidationError as error:
        raise StudyDamagedError(
            f"{study.label} has no design of a sweep ({faults_of(error)}): run it again with --overwrite"
        ) from error
    if samplings and (lacking := {"points", "inputs"} - design.keys()):
        raise StudyDamagedError(
            f"{study.label} has a design without {', '.join(sorted(lacking))}: run it again with "
            "--overwrite"
        )
    if missing := [path for path in design.get("inputs", ()) if path not in study.runs.columns]:
        raise StudyDamagedError(
            f"{study.label} has no column {', '.join(missing)}: run it again with --overwrite"
        )
    return design
