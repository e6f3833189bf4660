"""A Parquet file that is the same byte for byte whatever the order in which replicates finish."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from defectsim.store.schema import on_disk, to_disk


class OrderedParquet:
    """Writes replicates 0, 1, 2, ... in that order; early ones wait on disk, so memory stays flat."""

    def __init__(self, path: Path, schema: pl.Schema) -> None:
        self._path = path
        self._schema = schema
        self._writer = pq.ParquetWriter(
            path, on_disk(schema), compression="zstd", write_statistics=["replicate", "date"]
        )
        self._next = 0
        self._waiting: set[int] = set()

    def add(self, replicate: int, frame: pl.DataFrame | None) -> None:
        """Take a replicate's rows; None stands for a run that left none."""
        rows = on_disk(self._schema).empty_table() if frame is None else to_disk(frame, self._schema)
        if replicate != self._next:
            self._hold(replicate, rows)
            return
        self._append(rows)
        while self._next in self._waiting:
            self._append(self._release(self._next))

    def close(self) -> None:
        """Write those still waiting, gaps or not, and end the file."""
        for replicate in sorted(self._waiting):
            self._append(self._release(replicate))
        self._writer.close()

    def _append(self, rows: pa.Table) -> None:
        if rows.num_rows:
            self._writer.write_table(rows)
        self._next += 1

    def _hold(self, replicate: int, rows: pa.Table) -> None:
        with pa.OSFile(str(self._held(replicate)), "wb") as file, pa.ipc.new_file(file, rows.schema) as held:
            held.write_table(rows)
        self._waiting.add(replicate)

    def _release(self, replicate: int) -> pa.Table:
        path = self._held(replicate)
        with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as held:
            rows = held.read_all().combine_chunks()
        path.unlink()
        self._waiting.discard(replicate)
        return rows

    def _held(self, replicate: int) -> Path:
        return self._path.with_name(f"{self._path.stem}-{replicate}.waiting")
