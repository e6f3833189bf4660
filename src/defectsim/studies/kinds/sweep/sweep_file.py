"""The schema of sweep files."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator

from defectsim.core.section import RUNS, FileName, NumberPair, Section, refuse, refuse_all

Sampling = Literal["grid", "latin-hypercube", "sobol", "halton"]


MOST_POINTS = 100_000
"""Limit of the points of a sweep, since each is checked before the first is run."""
BYTES_PER_POINT = 10_000
"""Memory that a point takes while a sweep is checked."""


def _few_enough(replicates: int) -> int:
    if fault := RUNS.fault(replicates):
        raise refuse(fault)
    return replicates


class DesignSection(Section):
    """Sampling of the points."""

    kind: Sampling = "grid"
    """Every combination of the values listed, or points that fill the ranges evenly."""
    points: Annotated[int | None, Field(ge=1, validate_default=True)] = None
    """Number of points that fill the ranges; not for a grid."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the points, which is not that of the runs; not for a grid."""

    @field_validator("points")
    @classmethod
    def _suit_the_sampling(cls, points: int | None, info: ValidationInfo) -> int | None:
        kind = info.data.get("kind", "grid")
        if kind == "grid" and points is not None:
            raise refuse("a grid has as many points as there are combinations; leave this out")
        if kind != "grid" and points is None:
            raise refuse(f"say how many points fill the ranges: {{kind: {kind}, points: 64}}")
        if kind == "sobol" and points and points & (points - 1):
            below = 1 << points.bit_length() - 1
            raise refuse(
                f"{points} is no power of two, as Sobol points must be: write {below} or "
                f"{2 * below}"
            )
        return points

    @field_validator("seed")
    @classmethod
    def _suits_the_sampling(cls, seed: int, info: ValidationInfo) -> int:
        if info.data.get("kind") == "grid":
            raise refuse("a grid draws nothing, so this has no effect; leave it out")
        return seed


class Span(Section):
    """A range of numbers from which a design takes its values."""

    levels: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None
    """Number of values in a grid, both ends included."""
    range: NumberPair | None = None
    """Lowest and highest value; default: the scenario's own range."""
    scale: Literal["linear", "log"] = "linear"
    """Scale on which steps are equal: of differences, or of ratios."""


Varied = Annotated[
    Annotated[list[Any], Field(min_length=1), Tag("list")]
    | Annotated[Span, Tag("dict")]
    | Annotated[None, Tag("NoneType")],
    Discriminator(
        lambda entry: type(entry).__name__,
        custom_error_type="refused",
        custom_error_message=(
            "must be a list of values, a mapping such as {levels: 5, range: [0, 1]}, or null"
        ),
    ),
]
"""Values of something that varies."""


class SweepFile(Section):
    """A sweep file: one scenario, and how its points differ from it."""

    name: FileName
    """Name of the sweep and of its studies."""
    question: str
    """Question that the sweep asks, in a sentence."""
    scenario: str
    """File of the scenario, relative to the folder of this one."""
    set: list[str] = []
    """Overrides of the scenario at all points, each as PATH=VALUE."""
    design: DesignSection | None = None
    """Sampling of the points; default: a grid."""
    vary: Annotated[dict[str, Varied], Field(min_length=1)] | None = None
    """Values of all that varies, by path: a list, a range, or null for the scenario's own range."""
    points: Annotated[
        Annotated[list[dict[str, Any]], Field(min_length=1)] | None, Field(validate_default=True)
    ] = None
    """Points themselves, instead of `vary` and `design`: the values of each, by path."""
    replicates: Annotated[int, Field(ge=1), AfterValidator(_few_enough)] | None = None
    """Number of replicates of each point; default: the scenario's."""
    seeds: Literal["common", "own"] = "common"
    """Draws of a replicate: the same at all points, or each point its own."""
    seed: Annotated[int, Field(ge=0)] | None = None
    """Seed of the runs; default: a fresh one."""

    @field_validator("vary")
    @classmethod
    def _suit_the_design(cls, vary: Any, info: ValidationInfo) -> Any:
        if "design" in info.data and vary is not None:
            sampling = (info.data["design"] or DesignSection()).kind
            faults = {(path,): _fault(entry, sampling) for path, entry in vary.items()}
            refuse_all((path, fault) for path, fault in faults.items() if fault)
        return vary

    @field_validator("points")
    @classmethod
    def _one_source_of_points(cls, points: Any, info: ValidationInfo) -> Any:
        others = [name for name in ("vary", "design") if info.data.get(name) is not None]
        if points is not None and others:
            raise refuse(
                f"the points are listed here, and {' and '.join(others)} would make others: keep "
                f"one of both"
            )
        if points is None and info.data.get("vary", ...) is None:
            raise refuse("nothing varies: say what does under vary, or list points")
        return points

    @property
    def stored_design(self) -> dict[str, Any]:
        """Design of the study, as plain data."""
        if self.points is not None:
            return {"kind": "sweep", "sampling": "list"}
        design = (self.design or DesignSection()).model_dump(exclude_none=True)
        sampling = design.pop("kind")
        return {"kind": "sweep", "sampling": sampling, **({} if sampling == "grid" else design)}


def _fault(entry: list[Any] | Span | None, sampling: Sampling) -> str | None:
    """Return the reason why a design cannot take its values from an entry under `vary`."""
    levels = entry.levels if isinstance(entry, Span) else None
    if sampling == "grid":
        fits = isinstance(entry, list) or levels is not None
        return None if fits else "a grid takes a list of values, or a number of them: {levels: 5}"
    if isinstance(entry, list):
        other = "a list of values: write {range: [0, 1]}, or take kind: grid"
        return f"{sampling} points fill a range, not {other}"
    if levels is not None:
        return f"{sampling} points fill a range without levels; leave them out, or take kind: grid"
    return None
