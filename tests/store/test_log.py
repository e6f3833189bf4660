import json
from pathlib import Path

from defectsim.store.folder import append_to_log


def test_the_log_grows_line_by_line(tmp_path: Path) -> None:
    append_to_log(tmp_path, "began", runs=3)
    append_to_log(tmp_path, "ended", folder=tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["began", "ended"]
    assert lines[0]["runs"] == 3
    assert lines[0]["time"].endswith("+00:00")
