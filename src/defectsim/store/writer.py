"""Writing a study: a run at a time, in any order, by a process that may die at any moment."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from defectsim.core.errors import PlanError
from defectsim.engine.records.payload import RunPayload
from defectsim.store import bands, parts, runs
from defectsim.store import folder as folders
from defectsim.store.files import StudyLog, creation_errors, storage_errors, write_text
from defectsim.store.journal import JOURNAL, Journal
from defectsim.store.provenance import MANIFEST, Manifest, read_manifest, sha256, write_manifest
from defectsim.store.schema import BANDS, DONE, FAILED, READ, TABLES, on_disk
from defectsim.store.study import StoredStudy


class StudyWriter:
    """Writes a study's folder, as the only process that does.

    Each run is kept from the moment at which it is added. Parts and `runs.parquet` are the same byte for byte whatever
    the order of runs, and however often the writing process was killed and another went on.

    Attributes
    ----------
    folder
        Where the study lies.
    pending, failed
        Numbers of the runs that are still to be lived, and of those that failed.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, planned: pl.DataFrame, journal: Journal
    ) -> None:
        self.folder = folder
        self._manifest = manifest
        self._planned = planned
        self._journal = journal
        self._points = len(planned["point"].unique())
        known = manifest.get("circumstances", {}).get(runs.SECONDS, [])
        self._status, seconds = runs.statuses_and_seconds(journal.rows())
        self._seconds: dict[int, float | None] = {**dict(enumerate(known)), **seconds}
        self._missing: dict[int, int] = {}
        self._count()
        self._banded = (folder / "bands").exists() and not journal.has_series()

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
        """Begin a study in ``root/name``.

        Parameters
        ----------
        files
            Texts to keep with it, by name: the resolved scenario, the plan, code that the scenario names.
        planned
            A row a run, in the order of run numbers: `store.schema.PLANNED`, and a column for all that varies.
        overwrite
            Whether a study of that name makes way; it waits beside the new one until that is complete.
        """
        folder = Path(root) / name
        with creation_errors(folder):
            folders.claim(Path(root), name, overwrite=overwrite, files=files)
            with _closed_if_it_fails(Journal(folder / JOURNAL)) as journal:
                for inner in folders.FOLDERS:
                    (folder / inner).mkdir(exist_ok=True)
                for file, text in files.items():
                    (folder / file).parent.mkdir(parents=True, exist_ok=True)
                    write_text(folder / file, text)
                writer = cls(folder, {"status": "incomplete", **manifest}, planned, journal)
                writer._save()
        return writer

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Go on with a study that is there, complete or not."""
        read_manifest(folder)  # refuses what is no study
        with storage_errors(folder), _closed_if_it_fails(Journal(folder / JOURNAL)) as journal:
            return cls._opened(folder, journal)

    @classmethod
    def _opened(cls, folder: Path, journal: Journal) -> Self:
        """Go on with a study that nobody else writes any more."""
        manifest = read_manifest(folder)
        planned, found = runs.planned_and_found(runs.read(folder))
        files = manifest.pop("files", {})  # of which some are to be written anew
        numbers = range(-(-len(planned) // parts.RUNS))
        if manifest["status"] == "complete":
            known = ((table, part) for table in TABLES for part in numbers)
            journal.take_over(
                found, (one for one in known if str(parts.path(Path(), *one)) in files)
            )
        writer = cls(folder, {**manifest, "status": "incomplete"}, planned, journal)
        writer._forget_lost()
        writer._write_ripe(numbers)
        return writer

    @property
    def pending(self) -> list[int]:
        """Numbers of the runs that are still to be lived."""
        return [run for run in range(len(self._planned)) if run not in self._status]

    @property
    def failed(self) -> list[int]:
        """Numbers of the runs that failed."""
        return sorted(run for run, status in self._status.items() if status == FAILED)

    def update_manifest(self, **facts: object) -> None:
        """Add to the manifest what is known only now."""
        self._manifest.update(facts)

    def add(self, run: int, packed: RunPayload) -> None:
        """Keep a finished run."""
        if run in self._status or not 0 <= run < len(self._planned):
            raise ValueError(f"run {run} is not one of those still expected")
        with storage_errors(self.folder):
            seconds = round(packed.seconds, 4)
            self._journal.add(run, {**packed.row, runs.SECONDS: seconds}, packed.tables)
            self._status[run] = str(packed.row["status"])
            self._seconds[run] = seconds
            part = run // parts.RUNS
            self._missing[part] -= 1
            self._banded = False
            self._write_ripe([part])

    def retry(self) -> None:
        """Let the runs that failed be pending again."""
        if self.failed:
            self._may_grow()
        with storage_errors(self.folder):
            self._forget(self.failed)
        self.save()

    def may_extend(self, planned: pl.DataFrame) -> None:
        """Refuse more runs than there are where nothing is left of these that more could join."""
        if len(planned) > len(self._planned):
            self._may_grow()

    def extend(self, planned: pl.DataFrame) -> None:
        """Plan more runs: `planned` begins with those that there are."""
        self.may_extend(planned)
        self._planned = planned
        self._count()
        self.save()

    def save(self) -> None:
        """Write what is known of all runs, and the manifest, for others to read."""
        with storage_errors(self.folder):
            self._save()

    def _save(self) -> None:
        table = runs.frame(self._planned, self._journal.rows())
        parts.write_table(runs.to_disk(table), self.folder / runs.FILE)
        self._manifest["failed"] = len(self.failed)
        write_manifest(self._manifest, self.folder / MANIFEST)

    def finish(self) -> StoredStudy:
        """Write all that there is to be read, and return the study as it now stands."""
        with storage_errors(self.folder):
            self._write_tables(sorted({run // parts.RUNS for run in self._journal.waiting()}))
            if not self.pending and not self._banded:
                self._write_bands()
        self.save()
        return StoredStudy.open(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        seconds = [self._seconds.get(run) for run in range(len(self._planned))]
        self._manifest["circumstances"] = {
            **self._manifest.get("circumstances", {}),
            runs.SECONDS: seconds,
        }
        self._manifest["files"] = {
            str(at.relative_to(self.folder)): sha256(at) for at in self._tables()
        }
        self._manifest["status"] = "complete"
        write_manifest(self._manifest, self.folder / MANIFEST)
        if not (self.failed and self._journal.has_series()):
            self._journal.remove()
        folders.let_go(self.folder)

    def _tables(self) -> list[Path]:
        written = chain.from_iterable(
            sorted((self.folder / table).glob("*.parquet")) for table in READ
        )
        return [self.folder / runs.FILE, *written]

    def _may_grow(self) -> None:
        if self._banded:
            raise PlanError(
                f"{self.folder} keeps only quantiles of its series (record.series: quantiles), so that no run can join "
                "those that there are: begin it anew with --overwrite"
            )

    def _write_bands(self) -> None:
        """Write quantiles over the runs of each point, where no more is kept of their series."""
        if not self._journal.has_series():
            return
        groups = chain.from_iterable(
            bands.of_point(point, *self._series_of(point)) for point in range(self._points)
        )
        (self.folder / "bands").mkdir(exist_ok=True)
        parts.write_groups(on_disk(BANDS), groups, parts.path(self.folder, "bands", 0))
        self._banded = True

    def _series_of(self, point: int) -> tuple[Callable[[], Iterator[bytes]], int]:
        """Return what gives the series of a point's runs, and how many runs it has."""
        runs = range(point, len(self._planned), self._points)
        return partial(self._journal.series, runs), len(runs)

    def _count(self) -> None:
        """Count how many runs each part still misses."""
        self._missing = {}
        for run in range(len(self._planned)):
            self._missing[run // parts.RUNS] = self._missing.get(run // parts.RUNS, 0) + (
                run not in self._status
            )

    def _forget(self, runs: Iterable[int]) -> None:
        """Let runs be pending again."""
        gone = {*runs}
        self._journal.forget(gone)
        self._status = {run: status for run, status in self._status.items() if run not in gone}
        self._count()

    def _forget_lost(self) -> None:
        """Let runs be pending again whose part is no more there."""
        lost = {
            part
            for table, part in self._journal.parts()
            if not parts.path(self.folder, table, part).exists()
        }
        waiting = self._journal.waiting() if lost else set()
        done = {
            run
            for run, status in self._status.items()
            if run // parts.RUNS in lost and status == DONE
        }
        if done - waiting:
            self._may_grow()
            StudyLog(self.folder).append("lost", parts=sorted(lost), runs=len(done - waiting))
            self._forget(done - waiting)

    def _write_ripe(self, numbers: Iterable[int]) -> None:
        self._write_tables([part for part in numbers if self._missing[part] == 0])

    def _write_tables(self, numbers: Iterable[int]) -> None:
        """Write parts of what the journal has of them, and forget it there."""
        for part in numbers:
            first, last = part * parts.RUNS, (part + 1) * parts.RUNS
            for table in TABLES:
                parts.write(
                    self.folder, table, part, self._points, self._journal.tables(first, last, table)
                )
            there = [
                (table, part) for table in TABLES if parts.path(self.folder, table, part).exists()
            ]
            self._journal.clear(first, last, there)


@contextmanager
def _closed_if_it_fails(journal: Journal) -> Iterator[Journal]:
    """Give back a journal's lock where nobody will write it."""
    try:
        yield journal
    except BaseException:
        journal.close()
        raise
