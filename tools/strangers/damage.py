"""Files that are there and are not what was written: by accident, or made by somebody."""

import hashlib
import io
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

type PlantFile = Callable[[str, Path, Path, random.Random], object]
type Plant = Callable[[Path, Path, random.Random], object]


def _file(change: Callable[[bytes, random.Random], bytes]) -> PlantFile:
    """Return what changes the bytes of a file."""

    def plant(name: str, study: Path, _: Path, chance: random.Random) -> None:
        path = study / name
        path.write_bytes(change(path.read_bytes(), chance))

    return plant


def _flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _missing(name: str, study: Path, _: Path, __: random.Random) -> None:
    (study / name).unlink()


def _of_another_table(name: str, study: Path, _: Path, __: random.Random) -> None:
    other = "events/part-00000.parquet" if name == "runs.parquet" else "runs.parquet"
    (study / name).write_bytes((study / other).read_bytes())


def _table(change: Callable[[pl.DataFrame], pl.DataFrame]) -> PlantFile:
    """Return what changes the rows of a table."""

    def plant(name: str, study: Path, _: Path, __: random.Random) -> None:
        change(pl.read_parquet(study / name)).write_parquet(study / name)

    return plant


def _other_numbers(table: pl.DataFrame) -> pl.DataFrame:
    number = next((name for name in ("loyal", "deserted") if name in table.columns), "replicate")
    return table.with_columns(pl.col(number) + 1)


OF_TABLES: dict[str, PlantFile] = {
    **{f"a flipped bit ({number})": _file(_flipped) for number in range(3)},
    "an end too early": _file(_cut),
    "nothing": _file(lambda *_: b""),
    "no file": _missing,
    "another table": _of_another_table,
    "other numbers": _table(_other_numbers),
    "another order": _table(lambda table: table.reverse()),
    "fewer rows": _table(lambda table: table.head(1)),
    "rows twice": _table(lambda table: pl.concat([table, table])),
    "no row": _table(lambda table: table.clear()),
    "fewer columns": _table(lambda table: table.drop("replicate")),
}


def a_part_too_many(study: Path, _: Path, __: random.Random) -> None:
    """Put a part beside those that a study has."""
    part = study / "series/part-00000.parquet"
    (study / "series/part-00009.parquet").write_bytes(part.read_bytes())


NESTED = "[" * 200_000
_ODD: dict[str, Any] = {
    "text": "?",
    "a list": [],
    "a mapping": {"x": {"y": None}},
    "nothing": None,
    "a large number": 10**30,
    "a lone surrogate": "\ud800",
    "a control character": "\x1b[2J\x00",
}


def _json(change: Callable[[dict[str, Any], random.Random], object], *, forged: bool) -> PlantFile:
    """Return what changes a mapping; if `forged`, the manifest names the hash of what is then there."""

    def plant(name: str, study: Path, _: Path, chance: random.Random) -> None:
        content = json.loads((study / name).read_text())
        change(content, chance)
        _written(study, name, json.dumps(content), forged=forged)

    return plant


def _written(study: Path, name: str, text: str, *, forged: bool) -> None:
    (study / name).write_text(text)
    if forged and name != "manifest.json":
        manifest = json.loads((study / "manifest.json").read_text())
        manifest["files"][name] = hashlib.sha256(text.encode()).hexdigest()
        (study / "manifest.json").write_text(json.dumps(manifest))


def _text(text: str) -> PlantFile:
    def plant(name: str, study: Path, _: Path, __: random.Random) -> None:
        _written(study, name, text, forged=True)

    return plant


def _without(content: dict[str, Any], chance: random.Random) -> None:
    del content[chance.choice(sorted(content))]


def _odd(value: Any) -> Callable[[dict[str, Any], random.Random], None]:
    def change(content: dict[str, Any], chance: random.Random) -> None:
        key = chance.choice(sorted(content))
        content[key] = [*content[key], value] if isinstance(content[key], list) else value

    return change


def _files_elsewhere(content: dict[str, Any], _: random.Random) -> None:
    names = ["../elsewhere/file", "/etc/hostname"]
    content["files"] = (
        dict.fromkeys(names, "0" * 64) if isinstance(content["files"], dict) else names
    )


OF_JSON: dict[str, PlantFile] = {
    "no file": _missing,
    "a flipped bit": _file(_flipped),
    "nothing": _text(""),
    "no mapping": _text("[1]"),
    "no JSON": _text("{"),
    "no text": _file(lambda *_: b"\xff\xfe\x00"),
    "deep nesting": _text(NESTED),
    "deep nesting in a key": _text(f'{{"status": {NESTED}'),
    "files elsewhere": _json(_files_elsewhere, forged=True),
    **{f"no key ({number})": _json(_without, forged=True) for number in range(4)},
    **{
        f"{kind} in a key ({number})": _json(_odd(value), forged=True)
        for kind, value in _ODD.items()
        for number in range(2)
    },
}
EVIL = """
from pathlib import Path
Path({ran!r}).touch()

def see(view):
    return {{"x": 1.0}}
"""


def _code(changed: Callable[[Path], object]) -> Plant:
    """Return what plants code that leaves a file where it was run, and what names it."""

    def plant(study: Path, elsewhere: Path, _: random.Random) -> None:
        (study / "evil.py").write_text(EVIL.format(ran=str(elsewhere / "ran")))
        changed(study)

    return plant


def _named(study: Path) -> None:
    def change(plan: dict[str, Any], _: random.Random) -> None:
        plan["code"], plan["files"] = {"evil.py:see": "0"}, ["evil.py"]

    _json(change, forged=True)("plan.json", study, study, random.Random())
    manifest = json.loads((study / "manifest.json").read_text())
    manifest["code"] = {"evil.py:see": "0"}
    (study / "manifest.json").write_text(json.dumps(manifest))


def _of_a_point(study: Path) -> None:
    def change(plan: dict[str, Any], _: random.Random) -> None:
        plan["points"][1]["overrides"].append("observers={evil: 'evil.py:see'}")
        plan["files"] = ["evil.py"]

    _json(change, forged=True)("plan.json", study, study, random.Random())


def _of_the_scenario(study: Path) -> None:
    text = (study / "scenario.yaml").read_text() + 'observers: {evil: "evil.py:see"}\n'
    _written(study, "scenario.yaml", text, forged=True)


OF_CODE: dict[str, Plant] = {
    "code that the plan names": _code(_named),
    "code that a point names": _code(_of_a_point),
    "code that the scenario names": _code(_of_the_scenario),
}


def _database(*statements: str) -> Plant:
    """Return what changes the journal's database."""

    def plant(study: Path, _: Path, __: random.Random) -> None:
        with closing(sqlite3.connect(study / "journal.db")) as database, database:
            for statement in statements:
                database.execute(statement)

    return plant


def _journal(change: Callable[[bytes, random.Random], bytes]) -> Plant:
    planted = _file(change)
    return lambda study, elsewhere, chance: planted("journal.db", study, elsewhere, chance)


_FORGED = f"hash = '{hashlib.sha256(b'[]').hexdigest()}'"
OF_JOURNALS: dict[str, Plant] = {
    **{f"a flipped bit ({number})": _journal(_flipped) for number in range(8)},
    **{f"an end too early ({number})": _journal(_cut) for number in range(3)},
    "nothing": _journal(lambda *_: b""),
    "text": _journal(lambda *_: b"dear diary " * 1000),
    "no file": lambda study, *_: (study / "journal.db").unlink(),
    "another database": _database("DROP TABLE runs", "DROP TABLE tables", "CREATE TABLE x (y)"),
    "another table": _database("CREATE TABLE more (x)"),
    "a column more": _database("ALTER TABLE runs ADD COLUMN x"),
    "a trigger": _database("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM tables; END"),
    "a view": _database("DROP TABLE tables", "CREATE VIEW tables AS SELECT 1 AS run"),
    "other rows": _database("UPDATE runs SET row = replace(row, 'deserted', 'defected')"),
    "other tables": _database("UPDATE tables SET rows = zeroblob(99)"),
    "rows of another form": _database(f"UPDATE runs SET row = '[]', {_FORGED}"),
    "tables of another form": _database(f"UPDATE tables SET rows = CAST('[]' AS BLOB), {_FORGED}"),
    "runs that nobody planned": _database("UPDATE runs SET run = run + 99"),
    "runs without a number": _database("UPDATE tables SET run = 'one' WHERE run = 2"),
    "fewer runs": _database("DELETE FROM runs WHERE run > 0"),
    "fewer tables": _database("DELETE FROM tables"),
}


def _archive(change: Callable[[dict[str, bytes]], object], *, packed: bool = False) -> Plant:
    """Return what changes the members of a checkpoint."""

    def plant(file: Path, *_: object) -> None:
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return plant


def _header(text: str) -> Plant:
    data = io.BytesIO()
    np.save(data, np.frombuffer(text.encode(), np.uint8))
    return _archive(lambda members: members.update({"header.npy": data.getvalue()}))


def _pickled(members: dict[str, bytes]) -> None:
    data = io.BytesIO()
    np.save(data, np.array([{}], dtype=object), allow_pickle=True)
    members["status.npy"] = data.getvalue()


def _bytes(change: Callable[[bytes, random.Random], bytes]) -> Plant:
    return lambda file, _, chance: file.write_bytes(change(file.read_bytes(), chance))


OF_CHECKPOINTS: dict[str, Plant] = {
    **{f"a flipped bit ({number})": _bytes(_flipped) for number in range(8)},
    **{f"an end too early ({number})": _bytes(_cut) for number in range(3)},
    "nothing": _bytes(lambda *_: b""),
    "pickles": _archive(_pickled),
    "compression": _archive(lambda _: None, packed=True),
    "no header": _archive(lambda members: members.pop("header.npy")),
    "deep nesting": _header(NESTED),
    "deep nesting in a key": _header('{"format": ' + "[" * 5000 + "]" * 5000 + "}"),
    "a header of another form": _header('{"format": 2, "sha256": []}'),
    "a format of another form": _header('{"format": {"x": [1]}}'),
}
