"""The schema of sweep files."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator

from defectsim.core.choices import SWEEP_OUTCOME
from defectsim.core.section import (
    RUNS,
    FileName,
    Identifier,
    NumberPair,
    Section,
    refuse,
    refuse_all,
)
from defectsim.studies.kinds.sweep.pilots import PILOT, PilotSection
from defectsim.studies.kinds.sweep.samples import (
    IN_ROWS,
    ONE_RUN,
    POWERS_OF_TWO,
    Sampling,
    usual_seeds,
)
from defectsim.studies.kinds.sweep.targets import TargetSection
from defectsim.studies.plan import Seeds

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
    """Every combination of the values listed, or points that fill the ranges.

    Evenly, in trajectories of one step an input (morris), or in base points and, for each input,
    the point that differs in it alone (saltelli); bank: as sobol, each with draws of its own;
    bisect: where the outcome switches as one lever moves, for each of so many seeds.
    """
    points: Annotated[int | None, Field(ge=1, validate_default=True)] = None
    """Number of points, trajectories, base points or seeds; not for a grid."""
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
        if kind in POWERS_OF_TWO and points and points & (points - 1):
            below = 1 << points.bit_length() - 1
            raise refuse(
                f"{points} is no power of two, as points of {kind} must be: write {below} or "
                f"{2 * below}"
            )
        return points

    @field_validator("seed")
    @classmethod
    def _suits_the_sampling(cls, seed: int, info: ValidationInfo) -> int:
        if info.data.get("kind") == "grid":
            raise refuse("a grid draws nothing, so this has no effect; leave it out")
        return seed


class ResponseSection(Section):
    """The outcome of which readings of the study ask, and for which bisect looks."""

    outcome: Annotated[str, Field(alias="name")] = SWEEP_OUTCOME
    """Name of an outcome of runs."""
    above: float | None = None
    """A bound: the question is whether the outcome is above it."""
    below: float | None = None
    """A bound: the question is whether the outcome is below it."""


class Span(Section):
    """A range of numbers from which a design takes its values."""

    levels: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None
    """Number of values in a grid, both ends included."""
    range: NumberPair | None = None
    """Lowest and highest value; default: the scenario's own range."""
    scale: Literal["linear", "log"] | None = None
    """Scale on which steps are equal: of differences, or of ratios; default: log if the highest
    value is a hundred times the lowest or more, which is above 0."""


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


ReplicateCount = Annotated[
    Annotated[int, Field(ge=1), AfterValidator(_few_enough), Tag("int")]
    | Annotated[PilotSection, Tag("dict")]
    | Annotated[None, Tag("NoneType")],
    Discriminator(
        lambda entry: type(entry).__name__,
        custom_error_type="refused",
        custom_error_message=(
            "must be a whole number, or a pilot such as {pilot: 4, chance: 0.1, most: 100}"
        ),
    ),
]
"""Number of replicates of each point."""


class SweepFile(Section):
    """A sweep file: one scenario, and how its points differ from it."""

    name: FileName
    """Name of the sweep and of its studies."""
    question: str
    """Question that the sweep asks, in a sentence."""
    scenario: str | None = None
    """File of the scenario, relative to the folder of this one."""
    scenarios: Annotated[
        Annotated[list[str], Field(min_length=2)] | None, Field(validate_default=True)
    ] = None
    """Files of several scenarios instead, each of which is run at every point."""
    set: list[str] = []
    """Overrides of the scenario at all points, each as PATH=VALUE."""
    design: DesignSection | None = None
    """Sampling of the points; default: a grid."""
    over: Literal["ranges"] | None = None
    """Numbers that vary besides those under `vary`: `ranges`, all that have a range."""
    leave_out: list[str] = []
    """Paths of numbers that do not vary though they have a range; * stands for any part."""
    vary: Annotated[dict[str, Varied], Field(min_length=1)] | None = None
    """Values of all that varies, by path: a list, a range, or null for the scenario's own range."""
    points: Annotated[
        Annotated[list[dict[str, Any]], Field(min_length=1)] | None, Field(validate_default=True)
    ] = None
    """Points themselves, instead of `vary` and `design`: the values of each, by path."""
    outcome: ResponseSection | None = None
    """Outcome of which readings ask; default: `defected`."""
    targets: dict[Identifier, TargetSection] = {}
    """Observed values that `defectsim calibrate` holds outcomes against, each under a name."""
    replicates: ReplicateCount = None
    """Number of replicates of each point, or a pilot that sizes it; default: the scenario's."""
    seeds: Annotated[Seeds | None, Field(validate_default=True)] = None
    """Draws of a replicate: the same at all points, each point its own, or each row of the design
    its own; default: `row` for morris and saltelli, `own` for a bank, `common` for others."""
    seed: Annotated[int, Field(ge=0)] | None = None
    """Seed of the runs; default: a fresh one."""

    @field_validator("scenarios")
    @classmethod
    def _one_or_several(cls, scenarios: Any, info: ValidationInfo) -> Any:
        if "scenario" in info.data and (info.data["scenario"] is None) == (scenarios is None):
            keep = "name a file" if scenarios is None else "keep one of both"
            raise refuse(f"give either scenario, or scenarios: {keep}")
        return scenarios

    @field_validator("over")
    @classmethod
    def _suits_the_design(cls, over: Any, info: ValidationInfo) -> Any:
        if over and "design" in info.data and (sampling := _sampling(info)) in ("grid", "bisect"):
            raise refuse(f"{sampling} takes what varies from vary: leave this out, or take morris")
        return over

    @field_validator("leave_out")
    @classmethod
    def _something_to_leave_out(cls, paths: list[str], info: ValidationInfo) -> list[str]:
        if paths and info.data.get("over", ...) is None:
            raise refuse("this has no effect without over: ranges; leave it out")
        return paths

    @field_validator("vary")
    @classmethod
    def _suit_the_design(cls, vary: Any, info: ValidationInfo) -> Any:
        if "design" in info.data and vary is not None:
            sampling = _sampling(info)
            faults = {(path,): _fault(entry, sampling) for path, entry in vary.items()}
            refuse_all((path, fault) for path, fault in faults.items() if fault)
        return vary

    @field_validator("points")
    @classmethod
    def _one_source_of_points(cls, points: Any, info: ValidationInfo) -> Any:
        others = [name for name in ("over", "vary", "design") if info.data.get(name) is not None]
        if points is not None and others:
            raise refuse(
                f"the points are listed here, and {' and '.join(others)} would make others: keep "
                f"one of both"
            )
        if points is None and all(info.data.get(name, ...) is None for name in ("vary", "over")):
            raise refuse("nothing varies: say what does under vary, or list points")
        return points

    @field_validator("replicates")
    @classmethod
    def _suit_the_rounds(cls, replicates: Any, info: ValidationInfo) -> Any:
        sampling = _sampling(info) if "design" in info.data else "grid"
        if replicates not in (None, 1) and sampling == "bisect":
            raise refuse("bisect has one run at each value and seed: give more seeds as points")
        if isinstance(replicates, PilotSection) and sampling in ONE_RUN:
            raise refuse(
                f"each point of {sampling} has one run, whose chance is read by other means: write "
                "replicates: 1, or take sobol"
            )
        return replicates

    @field_validator("seeds")
    @classmethod
    def _rows_have_seeds(cls, seeds: Any, info: ValidationInfo) -> Any:
        if "design" not in info.data:
            return seeds
        sampling = _sampling(info)
        if seeds == "row" and sampling not in IN_ROWS:
            raise refuse(f"only points of {', '.join(IN_ROWS)} come in rows: common, or own")
        if seeds == "own" and sampling in IN_ROWS:
            raise refuse(f"points of a row of {sampling} differ in one input alone: row, or common")
        return seeds or usual_seeds(sampling)

    @property
    def pilot(self) -> PilotSection | None:
        """Pilot that sizes the replicates, if there is one."""
        return self.replicates if isinstance(self.replicates, PilotSection) else None

    @property
    def first_replicates(self) -> int | None:
        """Number of replicates before any pilot is read; None: not said."""
        return (
            self.replicates.pilot if isinstance(self.replicates, PilotSection) else self.replicates
        )

    @property
    def stored_design(self) -> dict[str, Any]:
        """Design of the study, as plain data."""
        if self.points is not None:
            return {"kind": "sweep", "sampling": "list"}
        design = (self.design or DesignSection()).model_dump(exclude_none=True)
        sampling = design.pop("kind")
        found = {"kind": "sweep", "sampling": sampling, **({} if sampling == "grid" else design)}
        if self.outcome is not None:
            found["outcome"] = self.outcome.model_dump(exclude_none=True)
        if self.pilot:
            found[PILOT] = self.pilot.stored
        if self.targets:
            found["targets"] = {
                name: one.model_dump(mode="json", exclude_none=True)
                for name, one in self.targets.items()
            }
        return found


def _sampling(info: ValidationInfo) -> Sampling:
    return (info.data["design"] or DesignSection()).kind


def _fault(entry: list[Any] | Span | None, sampling: Sampling) -> str | None:
    """Return the reason why a design cannot take its values from an entry under `vary`."""
    levels = entry.levels if isinstance(entry, Span) else None
    if sampling == "grid":
        fits = isinstance(entry, list) or levels is not None
        return None if fits else "a grid takes a list of values, or a number of them: {levels: 5}"
    if sampling == "bisect":
        return None
    if isinstance(entry, list):
        other = "a list of values: write {range: [0, 1]}, or take kind: grid"
        return f"{sampling} points fill a range, not {other}"
    if levels is not None:
        return f"{sampling} points fill a range without levels; leave them out, or take kind: grid"
    return None
