"""What a run leaves, packed to travel between processes and to wait for its part."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Packed:
    """A finished run.

    Attributes
    ----------
    row
        Its row of runs.parquet, without what was planned.
    tables
        Its tables by name, each as an Arrow stream.
    seconds
        How long it took: a circumstance, which no table has.
    """

    row: Mapping[str, object]
    tables: Mapping[str, bytes]
    seconds: float


def packed(status: str, run: Mapping[str, object], tables: Mapping[str, pa.Table], seconds: float) -> Packed:
    """Pack what a run left, with the hash of it all."""
    streams = {name: stream(table) for name, table in sorted(tables.items())}
    row = {"status": status, **run}
    return Packed({**row, "hash": content_hash(row, streams)}, streams, seconds)


def content_hash(row: Mapping[str, object], streams: Mapping[str, bytes]) -> str:
    """Return the hash of what came of a run: of its row and of its tables, but not of an error's traceback."""
    known = {name: value for name, value in sorted(row.items()) if name not in ("error", "hash") and value is not None}
    found = hashlib.sha256(json.dumps(known, default=str).encode())
    for name in sorted(streams):
        found.update(name.encode())
        found.update(streams[name])
    return found.hexdigest()


def stream(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream: the same bytes for the same rows."""
    sink = pa.BufferOutputStream()
    whole = table.combine_chunks().replace_schema_metadata(None)
    with pa.ipc.new_stream(sink, whole.schema) as writer:
        writer.write_table(whole)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def unpacked(packed_table: bytes) -> pa.Table:
    """Return the table of an Arrow stream."""
    with pa.ipc.open_stream(packed_table) as reader:
        return reader.read_all()
