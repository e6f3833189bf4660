"""The log of a study, a JSON object a line."""

import datetime as dt
import json
from pathlib import Path

from defectsim.store.storage_errors import storage_errors

LOG = "log.jsonl"


class StudyLog:
    """The log of the study in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, event: str, **facts: object) -> None:
        """Append an event, with the time."""
        time = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time, "event": event, **facts}, ensure_ascii=False, default=str)
        with storage_errors(self._folder), (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
