"""What happened to a study and when, a line of JSON each: circumstances, which no table has."""

import datetime as dt
import json
from pathlib import Path

from defectsim.store.faults import writing

LOG = "log.jsonl"


class Log:
    """The log of the study in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def say(self, event: str, **facts: object) -> None:
        """Append what happens now."""
        line = {"time": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        with writing(self._folder), (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
