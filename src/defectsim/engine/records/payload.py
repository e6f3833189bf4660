"""Payload of a finished run: packed to travel between processes and to wait for its part."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

_COMPRESSION = "lz4"


@dataclass(frozen=True)
class RunPayload:
    """A finished run."""

    row: Mapping[str, object]
    """Its row of runs.parquet, without the design's columns."""
    tables: Mapping[str, bytes]
    """Its tables by name, each as a compressed Arrow stream; see `unpack`."""
    seconds: float
    """Its duration: a circumstance, which no table has."""


def pack(
    status: str, run: Mapping[str, object], tables: Mapping[str, pa.Table], seconds: float
) -> RunPayload:
    """Pack a run's row and tables, with the hash of both."""
    streams = {name: _stream(table) for name, table in sorted(tables.items())}
    row = {"status": status, **run}
    compressed = {
        name: pa.compress(stream, _COMPRESSION, asbytes=True) for name, stream in streams.items()
    }
    return RunPayload({**row, "hash": _content_hash(row, streams)}, compressed, seconds)


def unpack(table: bytes) -> pa.Table:
    """Return a table that was packed."""
    with (
        pa.CompressedInputStream(pa.BufferReader(table), _COMPRESSION) as stream,
        pa.ipc.open_stream(stream) as reader,
    ):
        return reader.read_all()


def _content_hash(row: Mapping[str, object], streams: Mapping[str, pa.Buffer]) -> str:
    """Return the hash of a run's row and tables, without an error's traceback."""
    known = {
        name: value for name, value in sorted(row.items()) if name != "error" and value is not None
    }
    digest = hashlib.sha256(json.dumps(known, default=str).encode())
    for name, stream in streams.items():
        digest.update(name.encode())
        digest.update(stream)
    return digest.hexdigest()


def _stream(table: pa.Table) -> pa.Buffer:
    """Return a table as an Arrow stream: the same bytes for the same rows."""
    sink = pa.BufferOutputStream()
    whole = table.combine_chunks().replace_schema_metadata(None)
    with pa.ipc.new_stream(sink, whole.schema) as writer:
        writer.write_table(whole)
    return sink.getvalue()
