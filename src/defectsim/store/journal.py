"""The journal of an incomplete study: every finished run, until its tables are in a part.

SQLite keeps it, one transaction a run, so that a process may be killed, or a disk fill up, between
any two instructions. The process that writes a study holds the lock of its journal, which the
system releases when the process dies.
"""

import hashlib
import json
import sqlite3
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from defectsim.core.errors import StudyBusyError, StudyDamagedError
from defectsim.core.study_folder import JOURNAL_FILES
from defectsim.engine.records.record import BANDED

_TABLES = {
    "runs": "(run INTEGER PRIMARY KEY, row TEXT NOT NULL, hash TEXT NOT NULL, waits TEXT NOT NULL)",
    "tables": "(run INTEGER, name TEXT, rows BLOB NOT NULL, hash TEXT NOT NULL, "
    "PRIMARY KEY (run, name)) WITHOUT ROWID",
}
_SHAPE = {("table", name, f"CREATE TABLE {name} {columns}") for name, columns in _TABLES.items()}
_PRAGMAS = (
    "locking_mode = EXCLUSIVE",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "wal_autocheckpoint = 4000",
)


class Journal:
    """The journal of one study, locked for this process alone.

    Raises
    ------
    StudyBusyError
        When another process is writing the study.
    StudyDamagedError
        When the file is another database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        refuse_foreign_file(path)
        self._database = sqlite3.connect(path, timeout=0, check_same_thread=False)
        self._database.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            for pragma in _PRAGMAS:
                self._database.execute(f"PRAGMA {pragma}")
            with self._database as database:
                database.execute("BEGIN EXCLUSIVE")
                if not _shape(database):
                    for name, columns in _TABLES.items():
                        database.execute(f"CREATE TABLE {name} {columns}")
                if _shape(database) != _SHAPE:
                    raise _foreign(path)
        except sqlite3.DatabaseError as error:
            self.close()
            _refuse_locked(path, error)
            raise
        except StudyDamagedError:
            self.close()
            raise

    def add(self, run: int, row: Mapping[str, object], tables: Mapping[str, bytes]) -> None:
        """Store a finished run, in place of an earlier result of it."""
        text = json.dumps(row, default=str)
        values = [(run, name, rows, _hash(rows)) for name, rows in tables.items()]
        with self._database as database:
            database.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)",
                (run, text, _hash(text), " ".join(sorted(tables))),
            )
            database.execute("DELETE FROM tables WHERE run = ?", (run,))
            database.executemany("INSERT INTO tables VALUES (?, ?, ?, ?)", values)

    def adopt(self, rows: Iterable[tuple[int, str]]) -> None:
        """Add the runs of a complete study, save those that the journal has."""
        values = ((run, text, _hash(text)) for run, text in rows)
        with self._database as database:
            database.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, '')", values)

    def damaged(self) -> set[int]:
        """Return the runs whose row is not what was added, or whose tables wait here and are not."""
        waits: defaultdict[int, set[str]] = defaultdict(set)
        found = set()
        tables = self._database.execute("SELECT run, name, rows, hash FROM tables")
        for run, name, rows, known in tables:
            if not isinstance(run, int):
                raise _foreign(self._path)
            if _hash(rows) == known:
                waits[run].add(name)
        for run, row, known, names in self._database.execute("SELECT * FROM runs"):
            if _hash(row) != known or waits[run] != {*str(names).split()}:
                found.add(run)
        return found

    def forget(self, runs: Iterable[int]) -> None:
        """Make runs pending again."""
        numbers = [(run,) for run in runs]
        with self._database as database:
            for table in _TABLES:
                database.executemany(f"DELETE FROM {table} WHERE run = ?", numbers)

    def rows(self) -> list[tuple[int, str]]:
        """Return the finished runs in order, each with its row as JSON."""
        return self._database.execute("SELECT run, row FROM runs ORDER BY run").fetchall()

    def unwritten(self) -> set[int]:
        """Return the runs whose tables are not in a part yet."""
        query = "SELECT DISTINCT run FROM tables WHERE name != ?"
        return {run for (run,) in self._database.execute(query, (BANDED,))}

    def has_series(self) -> bool:
        """Return whether it holds series that only quantiles are kept of."""
        return any(self._database.execute("SELECT 1 FROM tables WHERE name = ?", (BANDED,)))

    def tables(self, runs: Iterable[int], name: str) -> Iterator[tuple[int, bytes]]:
        """Yield one table of runs, passing over those without."""
        query = "SELECT run, rows FROM tables WHERE run = ? AND name = ?"
        for run in runs:
            yield from self._database.execute(query, (run, name)).fetchall()

    def clear(self, runs: range) -> None:
        """Remove tables that are now in parts; series wait until all runs are there."""
        values = {"kept": BANDED, "first": runs.start, "end": runs.stop}
        these = "WHERE run >= :first AND run < :end"
        with self._database as database:
            still = f"UPDATE runs SET waits = iif(instr(waits, :kept), :kept, '') {these}"
            database.execute(still, values)
            database.execute(f"DELETE FROM tables {these} AND name != :kept", values)

    def close(self) -> None:
        """Release the lock."""
        self._database.close()

    def remove(self) -> None:
        """Delete the journal of a study that is complete."""
        self.close()
        for name in JOURNAL_FILES:
            self._path.with_name(name).unlink(missing_ok=True)


def holds_nothing(path: Path) -> bool:
    """Return whether a file is the journal of a study without a run; nothing is written into it.

    Raises
    ------
    StudyBusyError
        When another process is writing the study.
    """
    refuse_foreign_file(path)
    address = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=0)) as database:
        try:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
            names = {name for (name,) in database.execute(query)}
            return names <= _TABLES.keys() and not any(
                database.execute(f"SELECT 1 FROM {name}").fetchone() for name in names
            )
        except sqlite3.DatabaseError as error:
            _refuse_locked(path, error)
            return False


def _refuse_locked(path: Path, error: sqlite3.DatabaseError) -> None:
    if "locked" in str(error):
        raise StudyBusyError(
            f"{path.parent} is being written by another process: wait for it, or choose another "
            "--name"
        ) from error


def _foreign(path: Path) -> StudyDamagedError:
    return StudyDamagedError(
        f"{path} is not the journal of this study: move it away, and `defectsim resume "
        f"{path.parent}` runs again what is in no table"
    )


def _shape(database: sqlite3.Connection) -> set[tuple[str, str, str]]:
    return {*database.execute("SELECT type, name, sql FROM sqlite_master")}


def _hash(kept: object) -> str:
    data = kept.encode() if isinstance(kept, str) else kept
    return hashlib.sha256(data).hexdigest() if isinstance(data, bytes) else ""


def refuse_foreign_file(path: Path) -> None:
    """Refuse a journal whose files are links or devices, or have another name elsewhere."""
    for file in (path.with_name(name) for name in JOURNAL_FILES):
        with suppress(FileNotFoundError):
            about = file.lstat()
            if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
                raise StudyDamagedError(
                    f"{file} is no file of its own, but a link to another, or a device: remove it"
                )
