"""A study and its tables, read from its folder or made in memory."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa
from polars.exceptions import PanicException, PolarsError

from defectsim.core.errors import StudyDamagedError
from defectsim.core.files import user_path
from defectsim.core.study_folder import READINGS, RUNS_FILE
from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.records.record import BANDED
from defectsim.store import parts
from defectsim.store.parts import (
    labelled,
    part_name,
    planned_and_found,
    read_part,
    read_runs,
    runs_table,
)
from defectsim.store.provenance import (
    changed_files,
    read_manifest,
    refuse_changed,
    stored_parts,
)
from defectsim.store.quantile_tables import point_bands
from defectsim.store.schema import (
    BANDS,
    FAILED,
    FOUND,
    PENDING,
    PLANNED,
    READ,
    TABLES,
    arrow_schema,
    results,
    typed,
)


class StoredStudy:
    """Results of a study: its runs, series and events, and the manifest of what made them.

    Open a stored one with `StoredStudy.open(path)`. One made in memory has `path` None.
    """

    def __init__(
        self, manifest: Mapping[str, Any], table: Callable[[str], pl.DataFrame], path: Path | None
    ) -> None:
        self.manifest = manifest
        self.path = path
        self._table = table

    @classmethod
    def open(cls, path: str | Path, *, check: bool = False) -> Self:
        """Open the study in a folder; each table is checked and read when first used.

        Parameters
        ----------
        check
            Whether to check all files now, and refuse a study of which one is not as written.
        """
        folder = user_path(path)
        manifest = read_manifest(folder)
        if check:
            refuse_changed(folder, changed_files(folder))
        return cls(manifest, partial(_read_table, folder, manifest), folder)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> Self:
        """Return a study of frames, complete if no run is pending; missing tables are empty."""
        runs = tables.get("runs", pl.DataFrame(schema={**PLANNED, **FOUND}))
        frames = {"runs": runs}
        for name, schema in READ.items():
            frames[name] = typed(tables.get(name, pl.DataFrame(schema=schema)), schema)
        status = "incomplete" if PENDING in runs["status"] else "complete"
        return cls({"status": status, **manifest}, frames.__getitem__, None)

    @cached_property
    def runs(self) -> pl.DataFrame:
        """A row a run: its results, or why it failed."""
        return self._table("runs")

    @cached_property
    def series(self) -> pl.DataFrame:
        """A row a replicate, date, branch and rank: people by status, recorded and doubting."""
        return self._table("series")

    @cached_property
    def bands(self) -> pl.DataFrame:
        """Quantiles of the series of each point, if only these are kept; see `store.schema`."""
        return self._table("bands")

    @property
    def course(self) -> pl.DataFrame:
        """The series, or their bands where only these are kept."""
        return self.bands if self.series.is_empty() and not self.bands.is_empty() else self.series

    @cached_property
    def events(self) -> pl.DataFrame:
        """A row a change of status."""
        return self._table("events")

    @cached_property
    def causes(self) -> pl.DataFrame:
        """A row a change of status: who, or what, brought it about; see `record.causes`."""
        return self._table("causes")

    @cached_property
    def hazards(self) -> pl.DataFrame:
        """A row a run, branch, rank and transition: cumulative hazards; see `record.hazards`."""
        return self._table("hazards")

    @cached_property
    def observations(self) -> pl.DataFrame:
        """A row a number that one of the scenario's observers returned, at each date."""
        return self._table("observations")

    @cached_property
    def attempts(self) -> pl.DataFrame:
        """A row an attempt to overthrow the ruler."""
        return self._table("attempts")

    def scan(self, name: str, *, check: bool = False) -> pl.LazyFrame:
        """Return a table lazily, for studies whose tables are larger than memory.

        Parameters
        ----------
        check
            Whether to read the files once beforehand, and refuse those that are not as written.
        """
        if self.path is None:
            return self._table(name).lazy()
        if check:
            _check_table(self.path, self.manifest, name)
        return _scan_table(self.path, self.manifest, name)

    def differences(self, stored: pl.DataFrame, points: int, again: RunPayload) -> Iterator[str]:
        """Yield where a stored run differs from a re-run: columns of its row, and tables.

        Parameters
        ----------
        stored
            The run's row of runs.parquet.
        points
            Number of points of the study.
        """
        (point,), (replicate,) = stored["point"], stored["replicate"]
        run = replicate * points + point
        row = json.dumps(dict(again.row), default=str)
        expected = runs_table(planned_and_found(stored)[0], [(0, row)])
        for name in results(stored):
            if name != "error" and not expected[name].equals(stored[name], null_equal=True):
                yield f"{name} in {RUNS_FILE}"
        for name, schema in TABLES.items():
            rows = pl.DataFrame(schema=schema)
            if packed := again.tables.get(name):
                rows = pl.DataFrame(labelled(run, unpack(packed), points, name)).cast(schema)
            if not self._has(rows, name, run, point, replicate):
                yield name

    def _has(self, rows: pl.DataFrame, table: str, run: int, point: int, replicate: int) -> bool:
        """Return whether a table has these rows of a run, and no others."""
        part = part_name(table, run // parts.RUNS_PER_PART)
        stored = pl.DataFrame(schema=READ[table])
        if self.path is not None and part in stored_parts(self.path, self.manifest, table):
            try:
                stored = read_part(self.path / part, READ[table])
            except (PolarsError, pa.ArrowException, OSError):
                return False
        there = stored.filter(point=point, replicate=replicate)
        waits = there.is_empty() and not self.complete  # in the journal, for its part
        return waits or rows.equals(there)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables, by name."""
        return {name: getattr(self, name) for name in ("runs", *READ)}

    @property
    def told_runs(self) -> pl.DataFrame:
        """The runs, without an outcome for the regime if the scenario has nothing to tell of it."""
        told = self.manifest.get("regime", True)
        return self.runs if told else self.runs.with_columns(outcome=None, fell=None)

    @property
    def findings(self) -> dict[str, str]:
        """Findings of the readings that are stored in the folder, by the name of the reading."""
        files = sorted((self.path / READINGS).glob("*.json")) if self.path else []
        return {file.stem: _finding(file) for file in files}

    @property
    def kind(self) -> str:
        """Key of its kind in the registry (`studies.kinds`), such as ``run``."""
        return str(self.manifest.get("design", {}).get("kind", "run"))

    @property
    def question(self) -> str:
        """Question that the study asks; empty if it has none."""
        return str(self.manifest.get("question", ""))

    @property
    def complete(self) -> bool:
        """True if every replicate was run and stored."""
        return bool(self.manifest["status"] == "complete")

    @property
    def label(self) -> str:
        """Folder of the study, or its scenario where it is in memory, for messages."""
        return str(self.path or self.manifest["scenario"])

    def __repr__(self) -> str:
        names = ("scenario", "status", "replicates", "seed", "engine")
        facts = [(name, self.manifest.get(name)) for name in names]
        if failed := self.manifest.get("failed"):
            facts.append(("failed", f"{failed} runs"))
        facts.append(("folder", self.path or "in memory"))
        known = ", ".join(f"{name}: {value}" for name, value in facts if value is not None)
        return f"<Study {known}>"


def _finding(file: Path) -> str:
    """Return the sentence that a reading found."""
    try:
        return str(json.loads(file.read_bytes())["found"])
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise StudyDamagedError(
            f"{file} is not what defectsim {file.stem} wrote: read the study again by that command"
        ) from error


def _read_table(folder: Path, manifest: Mapping[str, Any], name: str) -> pl.DataFrame:
    _check_table(folder, manifest, name)
    with readable(folder, name):
        return _scan_table(folder, manifest, name).collect()


def _check_table(folder: Path, manifest: Mapping[str, Any], name: str) -> None:
    """Refuse a table that is not as written; studies of earlier versions do not tell."""

    def wanted(file: str) -> bool:
        return file == RUNS_FILE if name == "runs" else file.startswith(f"{name}/")

    if "files" in manifest and changed_files(folder, wanted):
        changed = changed_files(folder, wanted)  # none if it was just being written
        if changed and name != "runs":
            raise StudyDamagedError(
                f"{folder}: {', '.join(changed)}: not as the study wrote it: `defectsim resume "
                f"{folder}` makes it again from its runs"
            )
        refuse_changed(folder, changed)


@contextmanager
def readable(folder: Path | None, name: str) -> Iterator[None]:
    """Explain why a table cannot be read."""
    try:
        yield
    except (PolarsError, PanicException, OSError) as error:
        raise StudyDamagedError(
            f"{name} of {folder} cannot be read ({error}): `defectsim verify {folder}` names what "
            f"is changed, and `defectsim resume {folder}` makes it again from its runs"
        ) from error


def _scan_table(folder: Path, manifest: Mapping[str, Any], name: str) -> pl.LazyFrame:
    if name == "runs":
        return read_runs(folder, manifest.get("varies")).lazy()
    files = [folder / part for part in stored_parts(folder, manifest, name)]
    return _scan_parts(files, READ[name])


def _scan_parts(files: list[Path], schema: pl.Schema) -> pl.LazyFrame:
    if not files:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(files, glob=False).select(*schema).cast(schema)


def study_in_memory(
    manifest: Mapping[str, Any], planned: pl.DataFrame, finished: Mapping[int, RunPayload]
) -> StoredStudy:
    """Return a study of finished runs that is not stored."""
    points = planned["point"].n_unique()
    finished = dict(sorted(finished.items()))
    found = [(run, json.dumps(dict(one.row), default=str)) for run, one in finished.items()]
    tables = {"runs": runs_table(planned, found)}
    for name in TABLES:
        packed = [(run, one.tables[name]) for run, one in finished.items() if name in one.tables]
        if packed:
            rows = [labelled(run, unpack(table), points, name) for run, table in packed]
            tables[name] = pl.DataFrame(pa.concat_tables(rows))
    bands = [arrow_schema(BANDS).empty_table()]
    for point in range(points):
        replicates = [(run, one) for run, one in finished.items() if run % points == point]
        series = [(run, one.tables[BANDED]) for run, one in replicates if BANDED in one.tables]
        bands += point_bands(point, series.__iter__, len(series))
    tables["bands"] = pl.DataFrame(pa.concat_tables(bands))
    failed = tables["runs"].filter(pl.col("status") == FAILED).height
    return StoredStudy.of({**manifest, "failed": failed}, tables)
