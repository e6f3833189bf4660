"""Writing a study, one replicate at a time."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import pyarrow.parquet as pq

from defectsim.core.errors import StudyError
from defectsim.store import folder as folders
from defectsim.store.ordered import OrderedParquet
from defectsim.store.provenance import Manifest, sha256, write_manifest
from defectsim.store.schema import RUNS, TABLES, to_disk
from defectsim.store.study import Study


class StudyWriter:
    """Writes a study to ``<root>/<name>.incomplete``, renamed to ``<root>/<name>`` when the block ends well.

    If the block ends in an exception the folder stays incomplete, says so, and keeps what was added.

    Parameters
    ----------
    root, name
        Where studies live, and the name of this one.
    files
        Texts of the resolved scenario, ``scenario.yaml``, and of the files with code that it names, by name.
    manifest
        As `manifest` makes it; its ``replicates`` says how many runs must be added.
    overwrite
        Whether a study of that name is replaced, once this one is complete.
    """

    def __init__(
        self, root: Path, name: str, files: Mapping[str, str], manifest: Mapping[str, Any], *, overwrite: bool = False
    ) -> None:
        if Path(name).name != name:
            raise StudyError(f"a study's name is the name of a folder, which {name!r} is not: choose another --name")
        self._final = Path(root) / name
        self._files = files
        self._manifest: Manifest = dict(manifest)
        self._overwrite = overwrite
        self._rows: dict[int, dict[str, object]] = {}
        self._seconds: dict[int, object] = {}
        self._closed = False
        self.folder = folders.incomplete(self._final)

    def __enter__(self) -> Self:
        folders.check_free(self._final, overwrite=self._overwrite)
        self._lock = folders.claim(self.folder)
        self._write_manifest("incomplete")
        for name, text in self._files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "figures").mkdir(exist_ok=True)
        self._tables = {
            name: OrderedParquet(self._path(name), schema) for name, schema in TABLES.items() if name != "runs"
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close()
            if kind is None:
                self._publish()
        finally:
            os.close(self._lock)

    def add(
        self,
        replicate: int,
        run: Mapping[str, object],
        tables: Mapping[str, pl.DataFrame],
    ) -> None:
        """Store a run, in any order of replicates, which count from 0.

        Parameters
        ----------
        run
            The row of runs.parquet; ``seconds``, a circumstance, goes to the manifest.
        tables
            Its series, events, observations and attempts, as far as it has them.
        """
        row = {**run, "replicate": replicate}
        seconds = row.pop("seconds", None)
        if unknown := set(row) - set(RUNS):
            raise ValueError(f"runs have no columns {sorted(unknown)}")
        if replicate in self._rows or not 0 <= replicate < self._manifest["replicates"]:
            raise ValueError(f"replicate {replicate} is not one of those still expected")
        for name, table in self._tables.items():
            table.add(replicate, tables.get(name))
        self._rows[replicate] = row
        self._seconds[replicate] = seconds

    def say(self, **facts: object) -> None:
        """Add to the manifest what is known only now."""
        self._manifest.update(facts)

    def finish(self) -> Study:
        """End the tables and return the study as it now stands, for instance to draw figures from it."""
        self._close()
        return Study.open(self.folder)

    def _close(self) -> None:
        """End the tables, so that what was added can be read."""
        if self._closed:
            return
        self._closed = True
        for table in self._tables.values():
            table.close()
        runs = pl.DataFrame([self._rows[replicate] for replicate in sorted(self._rows)], schema=RUNS)
        pq.write_table(to_disk(runs, RUNS), self._path("runs"), compression="zstd")
        self._manifest["failed"] = runs.filter(pl.col("status") == "failed")["replicate"].to_list()
        self._manifest["files"] = {f"{name}.parquet": sha256(self._path(name)) for name in TABLES}
        seconds = [self._seconds[replicate] for replicate in sorted(self._rows)]
        self._manifest["circumstances"] = {**self._manifest["circumstances"], "seconds": seconds}
        self._write_manifest("incomplete")

    def _publish(self) -> None:
        if missing := sorted(set(range(self._manifest["replicates"])) - set(self._rows)):
            raise ValueError(f"replicates {missing} were never added")
        folders.check_free(self._final, overwrite=self._overwrite)
        self._write_manifest("complete")
        folders.publish(self.folder, self._final)
        self.folder = self._final

    def _write_manifest(self, status: str) -> None:
        write_manifest({"status": status, **self._manifest}, self.folder / folders.MANIFEST)

    def _path(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"
