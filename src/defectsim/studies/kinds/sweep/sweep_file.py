"""What a sweep file says."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from defectsim.core.section import NumberPair, Section, refuse, refuse_all

Sampling = Literal["grid", "latin-hypercube", "sobol", "halton"]


class DesignSection(Section):
    """Which points of all that could be are run."""

    kind: Sampling = "grid"
    """Every combination of what is listed, or points that fill the ranges evenly."""
    points: Annotated[int, Field(ge=1)] | None = None
    """How many points fill the ranges; of a grid nothing is said here."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The seed of the points, which is not that of the lives."""

    @field_validator("points")
    @classmethod
    def _sobol_points_balance(cls, points: int | None, info: ValidationInfo) -> int | None:
        if info.data.get("kind") == "sobol" and points is not None and points & (points - 1):
            below = 1 << points.bit_length() - 1
            raise refuse(
                f"{points} is no power of two, as Sobol points must be: write {below} or {2 * below}"
            )
        if info.data.get("kind") == "grid" and points is not None:
            raise refuse("a grid has as many points as there are combinations; leave this out")
        return points


class Span(Section):
    """A range of numbers from which a design takes its values."""

    levels: Annotated[int, Field(ge=2)] | None = None
    """For a grid: how many values there are, both ends among them."""
    range: NumberPair | None = None
    """The least and the largest value; the scenario's own range where nothing is said."""
    scale: Literal["linear", "log"] = "linear"
    """Whether equal steps are equal differences or equal ratios."""

    @field_validator("range")
    @classmethod
    def _range_is_upright(cls, range_: tuple[float, float] | None) -> tuple[float, float] | None:
        if range_ is not None and not range_[0] < range_[1]:
            raise refuse(f"[{range_[0]:g}, {range_[1]:g}] must be two numbers, the lower one first")
        return range_


def _form(entry: Any) -> str | None:
    if entry is None:
        return "own range"
    return (
        "values"
        if isinstance(entry, list)
        else "span"
        if isinstance(entry, Mapping | Span)
        else None
    )


Values = Annotated[list[Any], Field(min_length=1)]
Entry = Annotated[
    Annotated[Values, Tag("values")]
    | Annotated[Span, Tag("span")]
    | Annotated[None, Tag("own range")],
    Discriminator(
        _form,
        custom_error_type="refused",
        custom_error_message="must be a list of values, a mapping such as {levels: 5, range: [0, 1]}, or null",
    ),
]


class SweepFile(Section):
    """A sweep file: one scenario, and how its points differ from it."""

    name: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_.-]*$")]
    """The sweep's name, and that of its studies."""
    question: str
    """What the sweep asks, in a sentence."""
    scenario: str
    """The scenario's file, as seen from the folder of this one."""
    set: list[str] = []
    """Values laid over the scenario for all points, each as PATH=VALUE."""
    design: DesignSection | None = None
    """Which points are run; a grid where nothing is said."""
    vary: Annotated[dict[str, Entry], Field(min_length=1)] | None = None
    """What varies, each by its path: a list of values, a range, or null for the scenario's own range."""
    points: Annotated[
        Annotated[list[dict[str, Any]], Field(min_length=1)] | None, Field(validate_default=True)
    ] = None
    """The points themselves, instead of `vary` and `design`: for each, values by their paths."""
    replicates: Annotated[int, Field(ge=1)] | None = None
    """How many lives each point has; as many as the scenario says where nothing is said."""
    seeds: Literal["common", "own"] = "common"
    """Whether the same replicate of two points has the same draws, or each point its own."""
    seed: Annotated[int, Field(ge=0)] | None = None
    """The seed of the lives; a fresh one where nothing is said."""

    @field_validator("design")
    @classmethod
    def _filling_needs_points(cls, design: DesignSection | None) -> DesignSection | None:
        if design is not None and design.kind != "grid" and design.points is None:
            raise refuse(
                f"say how many points fill the ranges: {{kind: {design.kind}, points: 64}}"
            )
        return design

    @field_validator("vary")
    @classmethod
    def _entries_suit_the_design(
        cls, vary: dict[str, Any] | None, info: ValidationInfo
    ) -> dict[str, Any] | None:
        if "design" in info.data and vary is not None:
            design = info.data["design"] or DesignSection()
            refuse_all(
                ((path,), said)
                for path, entry in vary.items()
                if (said := _unsuitable(entry, design.kind))
            )
        return vary

    @field_validator("points")
    @classmethod
    def _something_says_what_the_points_are(
        cls, points: list[Any] | None, info: ValidationInfo
    ) -> list[Any] | None:
        said = [name for name in ("vary", "design") if info.data.get(name) is not None]
        if points is not None and said:
            raise refuse(
                f"the points are listed here, and {' and '.join(said)} would make others: keep one of both"
            )
        if points is None and info.data.get("vary", ...) is None:
            raise refuse("nothing varies: say what does under vary, or list points")
        return points

    @property
    def designed(self) -> dict[str, Any]:
        """Design of the study, as plain data."""
        if self.points is not None:
            return {"kind": "sweep", "sampling": "list"}
        design = (self.design or DesignSection()).model_dump(exclude_none=True)
        sampling = design.pop("kind")
        return {"kind": "sweep", "sampling": sampling, **({} if sampling == "grid" else design)}


def _unsuitable(entry: list[Any] | Span | None, kind: Sampling) -> str | None:
    """Say why a design cannot take its values from an entry under `vary`, or nothing."""
    levels = entry.levels if isinstance(entry, Span) else None
    if kind == "grid" and not isinstance(entry, list) and levels is None:
        return "a grid takes a list of values, or a number of them: {levels: 5}"
    if kind != "grid" and isinstance(entry, list):
        return f"{kind} points fill a range, not a list of values: write {{range: [0, 1]}}, or take kind: grid"
    if kind != "grid" and levels is not None:
        return f"{kind} points fill a range without levels; leave them out, or take kind: grid"
    return None
