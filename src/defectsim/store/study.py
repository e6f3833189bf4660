"""Reading a study."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa
from polars.exceptions import PolarsError

from defectsim.core.errors import StudyDamagedError
from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.records.record import BANDED
from defectsim.store import bands, parts, runs
from defectsim.store.provenance import read_manifest
from defectsim.store.schema import (
    BANDS,
    FAILED,
    FOUND,
    PENDING,
    PLANNED,
    READ,
    TABLES,
    from_disk,
    on_disk,
    plain,
)


class StoredStudy:
    """What a study found: its runs, series and events, and the manifest that says what made them.

    Open a stored one with `StoredStudy.open(path)`. One made in memory has `path` None.
    """

    def __init__(
        self, manifest: Mapping[str, Any], table: Callable[[str], pl.DataFrame], path: Path | None
    ) -> None:
        self.manifest = manifest
        self.path = path
        self._table = table

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the study in a folder; its tables are read when first asked for."""
        folder = Path(path)
        return cls(read_manifest(folder), partial(_read_table, folder), folder)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> Self:
        """Return a study of frames in memory, complete if no run is pending; a table that is not given is empty."""
        schemas = {"runs": pl.Schema({**PLANNED, **FOUND}), **READ}
        empty = {name: pl.DataFrame(schema=schema) for name, schema in schemas.items()}
        frames = {name: tables.get(name, empty[name]) for name in schemas}
        frames |= {name: from_disk(frames[name], schema) for name, schema in READ.items()}
        status = "incomplete" if PENDING in frames["runs"]["status"] else "complete"
        return cls({"status": status, **manifest}, frames.__getitem__, None)

    @cached_property
    def runs(self) -> pl.DataFrame:
        """A row a run: what came out of it, or why it failed."""
        return self._table("runs")

    @cached_property
    def series(self) -> pl.DataFrame:
        """A row a replicate, date, branch and rank: how many stand in each status, are struck off, and doubt."""
        return self._table("series")

    @cached_property
    def bands(self) -> pl.DataFrame:
        """Quantiles of series over the runs of each point, where the scenario keeps no more; see `store.bands`."""
        return self._table("bands")

    @property
    def course(self) -> pl.DataFrame:
        """How it went: the series, or where the scenario keeps no more of them their bands."""
        return self.bands if self.series.is_empty() and not self.bands.is_empty() else self.series

    @cached_property
    def events(self) -> pl.DataFrame:
        """A row a change of status."""
        return self._table("events")

    @cached_property
    def observations(self) -> pl.DataFrame:
        """A row a number that one of the scenario's observers saw, at each date."""
        return self._table("observations")

    @cached_property
    def attempts(self) -> pl.DataFrame:
        """A row an attempt to overthrow the ruler."""
        return self._table("attempts")

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a table of which only what is asked for is read, for studies whose tables are larger than memory."""
        return _scan_table(self.path, name) if self.path else self._table(name).lazy()

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables, by name."""
        return {name: getattr(self, name) for name in ("runs", *READ)}

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
        """Whether every replicate was run and stored."""
        return bool(self.manifest["status"] == "complete")

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}: {value}" for name, value in self._facts().items())
        return f"<Study {facts}>"

    def _facts(self) -> dict[str, str]:
        said = {
            name: self.manifest.get(name)
            for name in ("scenario", "status", "replicates", "seed", "engine")
        }
        facts = {name: str(value) for name, value in said.items() if value is not None}
        if failed := self.manifest.get("failed"):
            facts["failed"] = f"{failed} runs"
        return {**facts, "folder": str(self.path or "in memory")}


def _read_table(folder: Path, name: str) -> pl.DataFrame:
    if name == "runs":
        return runs.read(folder)
    try:
        return _scan_table(folder, name).collect()
    except (PolarsError, OSError) as error:
        raise StudyDamagedError(
            f"{folder / name} cannot be read ({error}): run the study again with --overwrite"
        ) from error


def _scan_table(folder: Path, name: str) -> pl.LazyFrame:
    if name == "runs":
        return runs.read(folder).lazy()
    schema = READ[name]
    files = sorted((folder / name).glob("part-*.parquet"))
    if not files:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(files, glob=False).select(*schema).cast(schema)


def study_in_memory(
    manifest: Mapping[str, Any], planned: pl.DataFrame, finished: Mapping[int, RunPayload]
) -> StoredStudy:
    """Return a study of finished runs that are nowhere stored."""
    points = len(planned["point"].unique())
    rows = [
        (run, json.dumps(dict(packed.row), default=str)) for run, packed in sorted(finished.items())
    ]
    tables: dict[str, pl.DataFrame] = {"runs": runs.frame(planned, rows)}
    for name, schema in TABLES.items():
        mine = [
            pl.DataFrame(parts.labelled([(run, unpack(packed.tables[name]))], points, name))
            for run, packed in sorted(finished.items())
            if name in packed.tables
        ]
        tables[name] = pl.concat([pl.DataFrame(schema=plain(schema)), *mine])
    tables["bands"] = pl.DataFrame(pa.concat_tables(_bands(points, finished)))
    failed = tables["runs"].filter(pl.col("status") == FAILED).height
    return StoredStudy.of({**manifest, "failed": failed}, tables)


def _bands(points: int, finished: Mapping[int, RunPayload]) -> Iterator[pa.Table]:
    yield on_disk(BANDS).empty_table()
    for point in range(points):
        lived = [packed.tables for run, packed in finished.items() if run % points == point]
        series = [tables[BANDED] for tables in lived if BANDED in tables]
        yield from bands.of_point(point, series.__iter__, len(series))
