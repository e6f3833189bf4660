"""Reading a study."""

import json
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

import polars as pl
from polars.exceptions import PolarsError

from defectsim.core.errors import StudyError
from defectsim.store.folder import MANIFEST, incomplete
from defectsim.store.schema import TABLES, from_disk


class Study:
    """What a study found: its runs, series and events, and the manifest that says what made them.

    Open a stored one with `Study.open(path)`. One made in memory has `path` None.
    """

    def __init__(self, manifest: Mapping[str, Any], table: Callable[[str], pl.DataFrame], path: Path | None) -> None:
        self.manifest = manifest
        self.path = path
        self._table = table

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the study in a folder; its tables are read when first asked for."""
        folder = Path(path)
        return cls(_read_manifest(folder), partial(_read_table, folder), folder)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> Self:
        """Return a complete study of frames in memory; a table that is not given is empty."""
        empty = {name: pl.DataFrame(schema=schema) for name, schema in TABLES.items()}
        frames = {name: from_disk(tables.get(name, empty[name]), schema) for name, schema in TABLES.items()}
        return cls({"status": "complete", **manifest}, frames.__getitem__, None)

    @cached_property
    def runs(self) -> pl.DataFrame:
        """A row a run: what came out of it, or why it failed."""
        return self._table("runs")

    @cached_property
    def series(self) -> pl.DataFrame:
        """A row a replicate, date, branch and rank: how many stand in each status, are struck off, and doubt."""
        return self._table("series")

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

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables, by name."""
        return {name: getattr(self, name) for name in TABLES}

    @property
    def complete(self) -> bool:
        """Whether every replicate was run and stored."""
        return bool(self.manifest["status"] == "complete")

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}: {value}" for name, value in self._facts().items())
        return f"<Study {facts}>"

    def _facts(self) -> dict[str, str]:
        said = {name: self.manifest.get(name) for name in ("scenario", "status", "replicates", "seed", "engine")}
        facts = {name: str(value) for name, value in said.items() if value is not None}
        if failed := self.manifest.get("failed"):
            facts["failed"] = f"replicates {', '.join(map(str, failed))}"
        return {**facts, "folder": str(self.path or "in memory")}


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise StudyError(f"{folder} is not a study: it has no {MANIFEST}{_hint(folder)}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StudyError(f"{path} cannot be read ({error}): run the study again with --overwrite") from error
    if not isinstance(content, dict) or "status" not in content:
        raise StudyError(f"{path} is not the manifest of a study: it has no status")
    return content


def _hint(folder: Path) -> str:
    if (incomplete(folder) / MANIFEST).is_file():
        return f"; {incomplete(folder)} is what a run that did not end well, or still goes on, has stored"
    near = sorted(path.parent.name for path in (*folder.glob(f"*/{MANIFEST}"), *folder.parent.glob(f"*/{MANIFEST}")))
    return f"; studies near there: {', '.join(near)}" if near else ""


def _read_table(folder: Path, name: str) -> pl.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        return from_disk(pl.read_parquet(path), TABLES[name])
    except (FileNotFoundError, PolarsError) as error:
        raise StudyError(f"{path} cannot be read, as its writer did not end well: run the study again") from error
