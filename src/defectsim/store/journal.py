"""The journal of an incomplete study: every finished run, until its tables are in a part.

SQLite keeps it, one transaction a run, so that a process may be killed, or a disk fill up, between
any two instructions. The process that writes a study holds the lock of its journal, which the
system releases when the process dies.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from defectsim.core.errors import StudyBusyError
from defectsim.engine.records.record import BANDED

JOURNAL = "journal.db"
_TABLES = {
    "runs": "(run INTEGER PRIMARY KEY, row TEXT NOT NULL)",
    "tables": "(run INTEGER, name TEXT, rows BLOB NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID",
    "parts": "(name TEXT, part INTEGER, PRIMARY KEY (name, part)) WITHOUT ROWID",
}
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
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = sqlite3.connect(path, timeout=0, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                self._database.execute(f"PRAGMA {pragma}")
            with self._database as database:
                database.execute("BEGIN EXCLUSIVE")
                for name, columns in _TABLES.items():
                    database.execute(f"CREATE TABLE IF NOT EXISTS {name} {columns}")
        except sqlite3.DatabaseError as error:
            self.close()
            _refuse_locked(path, error)
            raise

    def add(self, run: int, row: Mapping[str, object], tables: Mapping[str, bytes]) -> None:
        """Store a finished run, in place of an earlier result of it."""
        text = json.dumps(row, default=str)
        values = [(run, name, rows) for name, rows in tables.items()]
        with self._database as database:
            database.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", (run, text))
            database.execute("DELETE FROM tables WHERE run = ?", (run,))
            database.executemany("INSERT INTO tables VALUES (?, ?, ?)", values)

    def adopt(self, rows: Iterable[tuple[int, str]], parts: Iterable[tuple[str, int]]) -> None:
        """Add the runs and parts of a complete study, save those that the journal has."""
        with self._database as database:
            database.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?)", rows)
            database.executemany("INSERT OR IGNORE INTO parts VALUES (?, ?)", parts)

    def forget(self, runs: Iterable[int]) -> None:
        """Make runs pending again."""
        with self._database as database:
            database.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in runs])

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
            yield from self._database.execute(query, (run, name))

    def clear(self, runs: range, parts: Iterable[tuple[str, int]]) -> None:
        """Remove tables that are now in parts; series wait until all runs are there."""
        query = "DELETE FROM tables WHERE run >= ? AND run < ? AND name != ?"
        with self._database as database:
            database.executemany("INSERT OR IGNORE INTO parts VALUES (?, ?)", parts)
            database.execute(query, (runs.start, runs.stop, BANDED))

    def parts(self) -> list[tuple[str, int]]:
        """Return the parts that were written, as table and number."""
        return self._database.execute("SELECT name, part FROM parts").fetchall()

    def close(self) -> None:
        """Release the lock."""
        self._database.close()

    def remove(self) -> None:
        """Delete the journal of a study that is complete."""
        self.close()
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)


def holds_nothing(path: Path) -> bool:
    """Return whether a file is the journal of a study without a run; nothing is written into it.

    Raises
    ------
    StudyBusyError
        When another process is writing the study.
    """
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
