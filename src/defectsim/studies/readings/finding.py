"""The finding of a reading of a study, and its place in the study's folder."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import RenderableType

from defectsim import plots
from defectsim.analysis.responses import SCENARIO, Response
from defectsim.core.choices import SWEEP_OUTCOME
from defectsim.core.errors import AnalysisError
from defectsim.core.files import atomic_write, write_text
from defectsim.store import StoredStudy
from defectsim.store.folder import FIGURES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READINGS = "readings"
"""Folder of the tables that readings leave in a study."""


@dataclass(frozen=True)
class Finding:
    """What a reading of a study has found."""

    name: str
    """Name of the reading, and of its files."""
    found: str
    """The finding in a sentence or two."""
    table: pl.DataFrame
    """The numbers on which it rests."""
    facts: Mapping[str, Any]
    """What else the reading rests on, as plain data."""
    shown: RenderableType
    """The same for a terminal of 80 columns."""
    figure: "Callable[[], Figure] | None" = None
    """Returns the figure, if there is anything to draw."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts of further files for the folder of the study, by name."""

    @property
    def data(self) -> dict[str, Any]:
        """All of it as plain data for JSON."""
        return {
            "reading": self.name,
            "found": self.found,
            **self.facts,
            "rows": self.table.to_dicts(),
        }

    def save(self, folder: Path) -> None:
        """Store table, data and figure in the folder of the study."""
        place = folder / READINGS
        place.mkdir(exist_ok=True)
        with atomic_write(place / f"{self.name}.parquet") as file:
            self.table.write_parquet(file)
        write_text(place / f"{self.name}.json", self.json + "\n")
        for name, text in self.files.items():
            write_text(folder / name, text)
        if self.figure is not None:
            plots.save(self.figure(), folder / FIGURES, self.name)

    @property
    def json(self) -> str:
        """The same as text."""
        return json.dumps(self.data, indent=1, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Question:
    """A complete study of a sweep, and the response of which a reading asks."""

    study: StoredStudy
    response: Response

    @classmethod
    def of(cls, study: StoredStudy, **asked: Any) -> "Question":
        """Return the question of a study; what is not asked follows from its design."""
        if not study.complete:
            raise AnalysisError(
                f"{study!r} is incomplete: run what it lacks first, by defectsim resume {study.path}"
            )
        given = {key: value for key, value in asked.items() if value is not None}
        wanted = {"outcome": SWEEP_OUTCOME, **study.manifest["design"].get("outcome", {}), **given}
        return cls(study, Response(**wanted).among(cls._scenarios(study)))

    @staticmethod
    def _scenarios(study: StoredStudy) -> list[str]:
        runs = study.runs
        return list(runs[SCENARIO].unique(maintain_order=True)) if SCENARIO in runs.columns else []

    @property
    def design(self) -> Mapping[str, Any]:
        """Design of the study, as its manifest has it."""
        found: Mapping[str, Any] = self.study.manifest["design"]
        return found

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """Ranges and evidence of the inputs, by path."""
        return dict(self.design.get("inputs", {}))

    def expect(self, reading: str, samplings: Sequence[str]) -> None:
        """Refuse a study whose design a reading cannot read."""
        sampling = self.design.get("sampling", self.study.kind)
        if sampling not in samplings:
            kinds = " or ".join(f"{{kind: {one}}}" for one in samplings)
            raise AnalysisError(
                f"{reading} needs a sweep whose design is {kinds}, and this one is {sampling}: "
                "write a sweep file with such a design, and give it instead"
            )
