"""Writing a study: run by run, in any order, by a process that may be killed at any moment."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa

from defectsim.core.errors import PlanError, StudyDamagedError
from defectsim.core.files import write_text
from defectsim.core.study_folder import JOURNAL, MANIFEST, RUNS_FILE
from defectsim.engine.records.payload import RunPayload
from defectsim.engine.records.record import BANDED
from defectsim.store import parts
from defectsim.store.folder import (
    FOLDERS,
    append_to_log,
    claim,
    remove_replaced,
    remove_unfinished,
    storage_errors,
)
from defectsim.store.journal import Journal
from defectsim.store.parts import SECONDS, part_name, runs_in, table_part, write_groups
from defectsim.store.provenance import (
    Manifest,
    changed_files,
    read_manifest,
    refuse_changed,
    stored_hash,
    write_manifest,
)
from defectsim.store.quantile_tables import point_bands
from defectsim.store.schema import BANDS, DONE, FAILED, TABLES, arrow_schema
from defectsim.store.study import StoredStudy


class StudyWriter:
    """The only writer of a study's folder.

    A run is stored as soon as it is added. Parts and `runs.parquet` are the same byte for byte in
    whatever order runs end, and however often the process is killed and another one continues.
    The manifest has the hash of each file before the file is there, and the former hash until then.

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
        self._replaced: dict[str, str | None] = {}
        self._points = planned["point"].n_unique()
        self._status = _statuses(folder, planned, journal)
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
            known: dict[str, str] = {}
            for file, text in files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                write_text(folder / file, text, partial(known.__setitem__, file))
            begun = {"status": "incomplete", "failed": 0, **manifest, "files": known}
            writer = cls(folder, begun, planned, journal)
            writer._write_runs(partial(known.__setitem__, RUNS_FILE))
            writer._write_manifest()
            on_failure.pop_all()
        return writer

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Continue a stored study, complete or not.

        Tables that are not what the manifest says are lost, and their runs pending.

        Raises
        ------
        StudyDamagedError
            When something is changed that cannot be made again.
        """
        read_manifest(folder)  # before a journal is created in what is no study
        with storage_errors(folder), ExitStack() as on_failure:
            journal = on_failure.enter_context(closing(Journal(folder / JOURNAL)))
            manifest, changed = read_manifest(folder), changed_files(folder)
            lost = [name for name in changed if _can_be_made_again(name, manifest, journal)]
            refuse_changed(folder, [name for name in changed if name not in lost])
            remove_unfinished(folder)
            damaged = journal.damaged()
            journal.forget(damaged)
            table = parts.read_runs(folder, manifest.get("varies"))
            planned, found = parts.planned_and_found(table)
            if manifest["status"] == "complete":
                journal.adopt(found)
            writer = cls(folder, {**manifest, "status": "incomplete"}, planned, journal)
            writer._settle()
            writer._forget_lost(lost, damaged)
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

    def extend(
        self, planned: pl.DataFrame, texts: Mapping[str, str] | None = None, **facts: object
    ) -> None:
        """Plan further runs: write texts by file name, and add facts to the manifest.

        Raises
        ------
        StudyDamagedError
            When `planned` does not begin with the present runs.
        """
        self.may_extend(planned)
        if not planned.head(len(self._planned)).equals(self._planned):
            raise StudyDamagedError(
                f"{self.folder / RUNS_FILE} has other runs than the study's plan: put back what was "
                "there, or run the study again with --overwrite"
            )
        self._planned = planned
        self._points = planned["point"].n_unique()
        self._manifest.update(facts)
        with storage_errors(self.folder):
            for file, text in (texts or {}).items():
                with self._replacing(file) as announce:
                    write_text(self.folder / file, text, announce)
        self.save()

    def save(self) -> None:
        """Write the table of runs and the manifest, for others to read."""
        with storage_errors(self.folder):
            self._manifest["failed"] = len(self.failed)
            with self._replacing(RUNS_FILE) as announce:
                self._write_runs(announce)
            self._write_manifest()

    def _write_runs(self, announce: Callable[[str], object]) -> None:
        table = parts.to_arrow(parts.runs_table(self._planned, self._journal.rows()))
        write_groups(table.schema, [table], self.folder / RUNS_FILE, announce)

    def _write_manifest(self) -> None:
        replaced = {"replaced": self._replaced} if self._replaced else {}
        write_manifest({**self._manifest, **replaced}, self.folder / MANIFEST)

    @contextmanager
    def _replacing(self, name: str) -> Iterator[Callable[[str], object]]:
        """Yield what takes the hash of a file that is about to be there."""
        yield partial(self._announce, name)
        self._replaced.pop(name, None)

    def _announce(self, name: str, newest: str) -> None:
        files: dict[str, str] = self._manifest["files"]
        if files.get(name) != newest:
            self._replaced.setdefault(name, files.get(name))
            files[name] = newest
            self._write_manifest()

    def _settle(self) -> None:
        """Take from the manifest what became of files that a killed writer was about to write."""
        files: dict[str, str] = self._manifest["files"]
        for name in self._manifest.pop("replaced", {}):
            found = stored_hash(self.folder, name)
            if found is None:
                files.pop(name, None)
            else:
                files[name] = found

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
        self._manifest["status"] = "complete"
        self._write_manifest()
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
        name = part_name("bands", 0)
        with self._replacing(name) as announce:
            write_groups(arrow_schema(BANDS), self._bands(), self.folder / name, announce)
        self._has_bands = True

    def _bands(self) -> Iterator[pa.Table]:
        for point in range(self._points):
            runs = range(point, len(self._planned), self._points)
            yield from point_bands(point, partial(self._journal.tables, runs, BANDED), len(runs))

    def _forget(self, runs: Collection[int]) -> None:
        self._journal.forget(runs)
        for run in runs:
            del self._status[run]

    def _forget_lost(self, names: Collection[str], damaged: Collection[int]) -> None:
        """Make runs pending again whose tables are lost, or whose results are damaged."""
        lost = {part for table, part in map(table_part, names) if table in TABLES}
        runs = {run for part in lost for run in runs_in(part) if self._status.get(run) == DONE}
        if runs := runs - self._journal.unwritten():
            self._require_series()
            self._forget(runs)
        if names or damaged:
            append_to_log(self.folder, "lost", files=sorted(names), runs=len(runs) + len(damaged))
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
            self._manifest["files"].pop(name)
        self._has_bands &= not any(table_part(name)[0] == "bands" for name in names)

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
                with self._replacing(part_name(table, part)) as announce:
                    parts.write_part(self.folder, table, part, self._points, packed, announce)
            self._journal.clear(runs_in(part))


def _can_be_made_again(name: str, manifest: Manifest, journal: Journal) -> bool:
    """Return whether a changed file is a table that its runs, or their series, give again."""
    table, _ = table_part(name)
    if table == "bands":
        return journal.has_series()
    return table in TABLES and name in manifest["files"]


def _statuses(folder: Path, planned: pl.DataFrame, journal: Journal) -> dict[int, str]:
    """Return the status of each run in a journal."""
    try:
        found = {run: str(json.loads(row)["status"]) for run, row in journal.rows()}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _not_of_one_study(folder) from error
    strange = found.keys() - {*range(len(planned))}
    if strange or not {*found.values()} <= {DONE, FAILED} or planned.is_empty():
        raise _not_of_one_study(folder)
    return found


def _not_of_one_study(folder: Path) -> StudyDamagedError:
    return StudyDamagedError(
        f"{folder / JOURNAL} and {RUNS_FILE} are not of one study: move the journal away, or run the "
        "study again with --overwrite"
    )
