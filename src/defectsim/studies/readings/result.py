"""The finding of a reading of a study, and its place in the study's folder."""

import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic_core import to_json
from rich.console import RenderableType

from defectsim import plots
from defectsim.analysis.inputs import Described, Input
from defectsim.analysis.responses import SCENARIO, Response
from defectsim.core.choices import SWEEP_OUTCOME
from defectsim.core.errors import FigureWarning, StudyIncompleteError, expect, file_errors
from defectsim.core.files import atomic_write, write_text
from defectsim.core.study_folder import FIGURES, READINGS
from defectsim.store import StoredStudy
from defectsim.studies.kinds.sweep.stored import (
    SweepDesign,
    described,
    inputs_of,
    stored_design,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def expect_study(study: StoredStudy) -> None:
    """Refuse what is no study."""
    expect(study, StoredStudy, "a study, as defectsim.sweep and defectsim.Study.open return it")


@dataclass(frozen=True)
class ReadingResult:
    """Result of a reading of a study."""

    name: str
    """Name of the reading, and of its files."""
    found: str
    """The finding in a sentence or two."""
    table: pl.DataFrame
    """The numbers on which it rests."""
    facts: Mapping[str, Any]
    """All else on which the reading rests, as plain data."""
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
        """Store table, data and figure in the folder of the study.

        A figure that cannot be drawn is a `FigureWarning`.
        """
        place = folder / READINGS
        with file_errors(place):
            place.mkdir(exist_ok=True)
        table = place / f"{self.name}.parquet"
        with file_errors(table), atomic_write(table) as file:
            self.table.write_parquet(file)
        for name, text in {f"{READINGS}/{self.name}.json": self.json + "\n", **self.files}.items():
            with file_errors(folder / name):
                write_text(folder / name, text)
        if self.figure is None:
            return
        try:
            plots.save(self.figure(), folder / FIGURES, self.name)
        except Exception as error:  # what is found is stored without its figure
            warnings.warn(
                f"{self.name} is stored, but its figure could not be drawn "
                f"({type(error).__name__}: {error})",
                FigureWarning,
                stacklevel=2,
            )

    @property
    def json(self) -> str:
        """The same as text, with null for what is no finite number."""
        text = to_json(self.data, indent=1, inf_nan_mode="null", fallback=str)
        return text.decode()


@dataclass(frozen=True)
class ReadingQuestion:
    """A study of a sweep, its design, and the response of which a reading asks."""

    study: StoredStudy
    design: SweepDesign
    response: Response

    @classmethod
    def of(
        cls,
        study: StoredStudy,
        reading: str,
        samplings: Collection[str] = (),
        *,
        outcome: str | None = None,
        above: float | None = None,
        below: float | None = None,
        scenario: str | None = None,
        against: str | None = None,
    ) -> "ReadingQuestion":
        """Return the question of a study.

        Parameters
        ----------
        outcome, above, below
            Default: those of the sweep file. Its bound is one of its outcome alone.

        Raises
        ------
        AnalysisError
            When its design cannot be read by the reading, or runs have no such outcome.
        """
        expect_study(study)
        design = stored_design(study, reading, samplings)
        usual = Response(**design.get("outcome", {"outcome": SWEEP_OUTCOME}))
        bounded = above is not None or below is not None
        if outcome in (None, usual.outcome) and not bounded:
            above, below = usual.above, usual.below
        asked = Response(outcome or usual.outcome, above, below, scenario, against)
        return cls(study, design, asked.checked(study.told_runs))

    @property
    def runs(self) -> pl.DataFrame:
        """Runs of the study, with a column for each outcome.

        Raises
        ------
        StudyIncompleteError
            When some are missing.
        """
        if not self.study.complete:
            raise StudyIncompleteError(
                f"{self.study.label} is incomplete: run what it lacks first, by defectsim resume "
                f"{self.study.path}"
            )
        return self.study.told_runs

    @property
    def scenarios(self) -> list[str]:
        """Scenarios of the study, in its order; none if there is only one."""
        runs = self.study.runs.sort("point")
        return runs[SCENARIO].unique(maintain_order=True).to_list() if SCENARIO in runs else []

    @property
    def described(self) -> dict[str, Described]:
        """Meanings of what varies, by path."""
        return described(self.study)

    @property
    def inputs(self) -> list[Input]:
        """Inputs of the design, in its order."""
        return inputs_of(self.design)
