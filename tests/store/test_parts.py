import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defectsim.engine.records.payload import pack
from defectsim.store import parts

GIB = 1 << 20  # in the KiB of ru_maxrss


def attempts(result: list[str], words: list[str]) -> bytes:
    """Return a packed table whose words are codes and a dictionary of its own."""
    codes = pa.DictionaryArray.from_arrays(
        pa.array([words.index(word) for word in result], pa.int16()), words
    )
    dates = pa.array([16076] * len(result), pa.int32()).cast(pa.date32())
    numbers = {name: [1] * len(result) for name in ("members", "casualties")}
    shares = {name: [0.5] * len(result) for name in ("joined", "resisting")}
    table = pa.table({"date": dates, **numbers, **shares, "result": codes})
    return pack("done", {}, {"attempts": table}, 0.1).tables["attempts"]


def test_runs_with_different_dictionaries_share_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_PER_GROUP", 3)
    (tmp_path / "attempts").mkdir()
    runs = [
        (1, attempts(["success", "failure"], ["success", "failure"])),
        (4, attempts(["failure", "stalemate"], ["stalemate", "failure"])),
        (5, attempts(["success"], ["success"])),
    ]
    parts.write_part(tmp_path, "attempts", 0, 2, runs)
    part = pq.ParquetFile(tmp_path / parts.part_name("attempts", 0))
    assert [part.metadata.row_group(group).num_rows for group in range(part.num_row_groups)] == [
        4,
        1,
    ]
    table = part.read()
    assert table["result"].to_pylist() == ["success", "failure", "failure", "stalemate", "success"]
    assert table["result"].type == pa.string()
    assert list(zip(table["point"].to_pylist(), table["replicate"].to_pylist(), strict=True)) == [
        (1, 0),
        (1, 0),
        (0, 2),
        (0, 2),
        (1, 2),
    ]


def test_a_part_is_left_alone_when_nothing_is_new(tmp_path: Path) -> None:
    (tmp_path / "attempts").mkdir()
    parts.write_part(tmp_path, "attempts", 0, 1, [])
    assert not list((tmp_path / "attempts").iterdir())
    parts.write_part(tmp_path, "attempts", 0, 1, [(0, attempts(["success"], ["success"]))])
    part = tmp_path / parts.part_name("attempts", 0)
    os.utime(part, ns=(0, 0))
    parts.write_part(tmp_path, "attempts", 0, 1, [])
    assert part.stat().st_mtime_ns == 0


MANY = """
from dataclasses import replace
from pathlib import Path
from defectsim.store import StudyWriter
from stored_runs import MANIFEST, planned, run

small = replace(run(1), tables={{}})
with StudyWriter.create(Path({root!r}), "study", {{}}, MANIFEST, planned(100_000)) as writer:
    for number in range(100_000):
        writer.add(number, small)
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""
LARGE = """
from pathlib import Path
from stored_runs import begin_study, run

large = run(30_000)
with begin_study(Path({root!r}), 512) as writer:
    for number in range(512):
        writer.add(number, large)
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.long
@pytest.mark.parametrize("script", [MANY, LARGE], ids=["many", "large"])
def test_memory_grows_neither_with_the_number_nor_with_the_size_of_runs(
    tmp_path: Path, script: str
) -> None:
    command = [sys.executable, "-c", script.format(root=str(tmp_path))]
    done = subprocess.run(
        command, env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=True
    )
    print(done.stdout)
    assert int(done.stdout) < 1.5 * GIB
