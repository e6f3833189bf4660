"""The journal of a study that is not complete: each finished run, from the moment it is told until its part is written.

SQLite keeps it: a transaction a run, so that a process may be killed, or a disk fill, between any two instructions.
The process that writes a study holds its journal's lock; the system gives it back when the process dies.
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


class Journal:
    """The journal of one study, locked for this process alone.

    Raises
    ------
    StudyBusyError
        Where another process writes the study.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = sqlite3.connect(
            path, isolation_level=None, timeout=0, check_same_thread=False
        )
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute("PRAGMA wal_autocheckpoint = 4000")
            self._database.execute("BEGIN EXCLUSIVE")
            for name, columns in _TABLES.items():
                self._database.execute(f"CREATE TABLE IF NOT EXISTS {name} {columns}")
            self._database.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._database.close()
            _refuse_locked(path, error)
            raise

    def add(self, run: int, row: Mapping[str, object], tables: Mapping[str, bytes]) -> None:
        """Keep a finished run; one that is there already is replaced."""
        with self._transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?)", (run, json.dumps(row, default=str))
            )
            self._database.execute("DELETE FROM tables WHERE run = ?", (run,))
            kept = [(run, name, rows) for name, rows in tables.items()]
            self._database.executemany("INSERT INTO tables VALUES (?, ?, ?)", kept)

    def take_over(self, rows: Iterable[tuple[int, str]], parts: Iterable[tuple[str, int]]) -> None:
        """Begin from runs whose tables lie in parts already, and from these; those that are known are left alone."""
        with self._transaction():
            self._database.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?)", rows)
            self._database.executemany("INSERT OR IGNORE INTO parts VALUES (?, ?)", parts)

    def forget(self, runs: Iterable[int]) -> None:
        """Let runs be pending again."""
        with self._transaction():
            self._database.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in runs])

    def rows(self) -> list[tuple[int, str]]:
        """Return the finished runs and their rows, as JSON, in the order of runs."""
        return self._database.execute("SELECT run, row FROM runs ORDER BY run").fetchall()

    def waiting(self) -> set[int]:
        """Return the runs whose tables are not in a part yet."""
        return {
            run
            for (run,) in self._database.execute(
                "SELECT run FROM tables WHERE name != ?", (BANDED,)
            )
        }

    def has_series(self) -> bool:
        """Whether it has series of which only bands are kept in the end."""
        wanted = "SELECT EXISTS (SELECT * FROM tables WHERE name = ?)"
        return bool(self._database.execute(wanted, (BANDED,)).fetchone()[0])

    def series(self, runs: Iterable[int]) -> Iterator[bytes]:
        """Return the series of those of some runs that have one."""
        for run in runs:
            wanted = "SELECT rows FROM tables WHERE run = ? AND name = ?"
            yield from (rows for (rows,) in self._database.execute(wanted, (run, BANDED)))

    def tables(self, first: int, last: int, name: str) -> Iterator[tuple[int, bytes]]:
        """Return one table of the runs from `first` to `last`, the last not included, in the order of runs."""
        wanted = "SELECT run, rows FROM tables WHERE run >= ? AND run < ? AND name = ? ORDER BY run"
        yield from self._database.execute(wanted, (first, last, name))

    def clear(self, first: int, last: int, parts: Iterable[tuple[str, int]]) -> None:
        """Forget the tables of some runs, of which parts are written; but not series, which wait for all runs."""
        with self._transaction():
            self._database.executemany("INSERT OR IGNORE INTO parts VALUES (?, ?)", parts)
            self._database.execute(
                "DELETE FROM tables WHERE run >= ? AND run < ? AND name != ?", (first, last, BANDED)
            )

    def parts(self) -> list[tuple[str, int]]:
        """Return the parts that were written, each as its table and its number."""
        return self._database.execute("SELECT name, part FROM parts").fetchall()

    def close(self) -> None:
        """Give back the lock."""
        self._database.close()

    def remove(self) -> None:
        """Take the journal away: the study is complete."""
        self.close()
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def _transaction(self) -> sqlite3.Connection:
        self._database.execute("BEGIN")
        return self._database


def holds_nothing(path: Path) -> bool:
    """Say whether a file is the journal of a study without a run. Nothing is written into it, whatever it is.

    Raises
    ------
    StudyBusyError
        Where another process writes it.
    """
    with closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)
    ) as database:
        try:
            found = {
                name
                for (name,) in database.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
            }
            mine = found & {*_TABLES}
            return found == mine and not any(
                database.execute(f"SELECT 1 FROM {name}").fetchone() for name in mine
            )
        except sqlite3.DatabaseError as error:
            _refuse_locked(path, error)
            return False


def _refuse_locked(path: Path, error: sqlite3.DatabaseError) -> None:
    if "locked" in str(error):
        message = f"{path.parent} is being written by another process: wait for it, or choose another --name"
        raise StudyBusyError(message) from error
