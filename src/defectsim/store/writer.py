"""Writing a study: run by run, in any order, by a process that may be killed at any moment."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa

from defectsim.core.errors import PlanError
from defectsim.engine.records.payload import RunPayload
from defectsim.engine.records.record import BANDED
from defectsim.store import parts
from defectsim.store.files import append_to_log, storage_errors, write_text
from defectsim.store.folder import FOLDERS, claim, remove_replaced
from defectsim.store.journal import JOURNAL, Journal
from defectsim.store.parts import FILE, SECONDS, part_path, runs_in, write_groups
from defectsim.store.provenance import MANIFEST, Manifest, read_manifest, sha256, write_manifest
from defectsim.store.quantile_tables import point_bands
from defectsim.store.schema import BANDS, DONE, FAILED, READ, TABLES, arrow_schema
from defectsim.store.study import StoredStudy


class StudyWriter:
    """The only writer of a study's folder.

    A run is stored as soon as it is added. Parts and `runs.parquet` are the same byte for byte in
    whatever order runs end, and however often the process is killed and another one continues.

    Attributes
    ----------
    folder
        Folder of the study.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, planned: pl.DataFrame, journal: Journal
    ) -> None:
        self.folder = folder
        self._manifest = manifest
        self._planned = planned
        self._journal = journal
        self._points = planned["point"].n_unique()
        self._status = {run: str(json.loads(row)["status"]) for run, row in journal.rows()}
        self._has_bands = (folder / "bands").exists() and not journal.has_series()

    @classmethod
    def create(
        cls,
        root: Path,
        name: str,
        files: Mapping[str, str],
        manifest: Mapping[str, Any],
        planned: pl.DataFrame,
        *,
        overwrite: bool = False,
    ) -> Self:
        """Create the study ``root/name``.

        Parameters
        ----------
        files
            Texts to store with it by name: the resolved scenario, the plan, the scenario's code.
        planned
            A row a run, in order: `store.schema.PLANNED`, and a column for all that varies.
        overwrite
            Whether to replace a study of that name; it is kept until the new one is complete.
        """
        with storage_errors(root / name, creating=True), ExitStack() as on_failure:
            folder = claim(root, name, overwrite=overwrite, files=files)
            journal = on_failure.enter_context(closing(Journal(folder / JOURNAL)))
            for inner in FOLDERS:
                (folder / inner).mkdir(exist_ok=True)
            for file, text in files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                write_text(folder / file, text)
            writer = cls(folder, {"status": "incomplete", **manifest}, planned, journal)
            writer._save()
            on_failure.pop_all()
        return writer

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Continue a stored study, complete or not."""
        read_manifest(folder)  # before a journal is created in what is no study
        with storage_errors(folder), ExitStack() as on_failure:
            journal = on_failure.enter_context(closing(Journal(folder / JOURNAL)))
            manifest = read_manifest(folder)
            planned, found = parts.planned_and_found(parts.read_runs(folder))
            files = manifest.pop("files", {})  # hashes that continuing makes stale
            if manifest["status"] == "complete":
                numbers = range(-(-len(planned) // parts.RUNS_PER_PART))
                every_part = ((table, part) for table in TABLES for part in numbers)
                there = [one for one in every_part if str(part_path(Path(), *one)) in files]
                journal.adopt(found, there)
            writer = cls(folder, {**manifest, "status": "incomplete"}, planned, journal)
            writer._forget_lost_parts()
            writer._write_parts(filter(writer._is_full, writer._unwritten_parts()))
            on_failure.pop_all()
        return writer

    @property
    def pending(self) -> list[int]:
        """Numbers of the runs that remain."""
        return [run for run in range(len(self._planned)) if run not in self._status]

    @property
    def failed(self) -> list[int]:
        """Numbers of the runs that failed."""
        return sorted(run for run, status in self._status.items() if status == FAILED)

    def add(self, run: int, payload: RunPayload) -> None:
        """Store a finished run."""
        if run in self._status or not 0 <= run < len(self._planned):
            raise ValueError(f"run {run} is not one of those still expected")
        with storage_errors(self.folder):
            row = {**payload.row, SECONDS: round(payload.seconds, 4)}
            self._journal.add(run, row, payload.tables)
            self._status[run] = str(payload.row["status"])
            self._has_bands = False
            self._write_parts(filter(self._is_full, [run // parts.RUNS_PER_PART]))

    def retry(self) -> None:
        """Make the runs that failed pending again."""
        failed = self.failed
        if failed:
            self._require_series()
        with storage_errors(self.folder):
            self._forget(failed)
        self.save()

    def may_extend(self, planned: pl.DataFrame) -> None:
        """Refuse further runs if only quantiles are kept of the series of the present ones."""
        if len(planned) > len(self._planned):
            self._require_series()

    def extend(self, planned: pl.DataFrame, **facts: object) -> None:
        """Plan further runs, and add facts to the manifest; `planned` begins with the present runs."""
        self.may_extend(planned)
        self._planned = planned
        self._manifest.update(facts)
        self.save()

    def save(self) -> None:
        """Write the table of runs and the manifest, for others to read."""
        with storage_errors(self.folder):
            self._save()

    def _save(self) -> None:
        table = parts.to_arrow(parts.runs_table(self._planned, self._journal.rows()))
        write_groups(table.schema, [table], self.folder / FILE)
        self._manifest["failed"] = len(self.failed)
        write_manifest(self._manifest, self.folder / MANIFEST)

    def finish(self) -> StoredStudy:
        """Write all tables, and return the study as it now stands."""
        with storage_errors(self.folder):
            self._write_parts(self._unwritten_parts())
            if not self.pending and not self._has_bands and self._journal.has_series():
                self._write_bands()
        self.save()
        return StoredStudy.open(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            with storage_errors(self.folder):
                if kind is None and not self.pending:
                    self._complete()
                else:
                    self.save()
        finally:
            self._journal.close()

    def _complete(self) -> None:
        self.finish()
        circumstances = self._manifest.get("circumstances", {})
        known = dict(enumerate(circumstances.get(SECONDS, [])))
        known |= {
            run: json.loads(row).get(SECONDS, known.get(run)) for run, row in self._journal.rows()
        }
        seconds = [known.get(run) for run in range(len(self._planned))]
        self._manifest["circumstances"] = {**circumstances, SECONDS: seconds}
        tables = (sorted((self.folder / table).glob("*.parquet")) for table in READ)
        self._manifest["files"] = {
            str(path.relative_to(self.folder)): sha256(path)
            for path in (self.folder / FILE, *chain.from_iterable(tables))
        }
        self._manifest["status"] = "complete"
        write_manifest(self._manifest, self.folder / MANIFEST)
        if not (self.failed and self._journal.has_series()):
            self._journal.remove()
        remove_replaced(self.folder)

    def _require_series(self) -> None:
        if self._has_bands:
            raise PlanError(
                f"{self.folder} keeps only quantiles of its series (record.series: quantiles), so "
                "no run can join the present ones: begin it anew with --overwrite"
            )

    def _write_bands(self) -> None:
        (self.folder / "bands").mkdir(exist_ok=True)
        write_groups(arrow_schema(BANDS), self._bands(), part_path(self.folder, "bands", 0))
        self._has_bands = True

    def _bands(self) -> Iterator[pa.Table]:
        for point in range(self._points):
            runs = range(point, len(self._planned), self._points)
            yield from point_bands(point, partial(self._journal.tables, runs, BANDED), len(runs))

    def _forget(self, runs: Collection[int]) -> None:
        self._journal.forget(runs)
        for run in runs:
            del self._status[run]

    def _forget_lost_parts(self) -> None:
        """Make runs pending again whose part is missing."""
        written = self._journal.parts()
        lost = {part for table, part in written if not part_path(self.folder, table, part).exists()}
        runs = {run for part in lost for run in runs_in(part) if self._status.get(run) == DONE}
        if runs := runs - self._journal.unwritten():
            self._require_series()
            append_to_log(self.folder, "lost", parts=sorted(lost), runs=len(runs))
            self._forget(runs)

    def _unwritten_parts(self) -> list[int]:
        """Return the parts to which the journal has tables to add."""
        return sorted({run // parts.RUNS_PER_PART for run in self._journal.unwritten()})

    def _is_full(self, part: int) -> bool:
        planned = range(len(self._planned))
        return all(run in self._status for run in reversed(runs_in(part)) if run in planned)

    def _write_parts(self, numbers: Iterable[int]) -> None:
        """Move tables from the journal to parts."""
        for part in numbers:
            for table in TABLES:
                packed = self._journal.tables(runs_in(part), table)
                parts.write_part(self.folder, table, part, self._points, packed)
            paths = ((table, part_path(self.folder, table, part)) for table in TABLES)
            there = [(table, part) for table, path in paths if path.exists()]
            self._journal.clear(runs_in(part), there)
