"""What happened to a study, line by line: the file log.jsonl, which a reader can follow while it is written."""

import datetime as dt
import json
from pathlib import Path

FILE = "log.jsonl"


class Log:
    """The log of the study in a folder; what is there already stays."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def say(self, event: str, **facts: object) -> None:
        """Add a line: when, what, and what else is known of it."""
        line = {"time": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str, ensure_ascii=False) + "\n")
