"""Names of what a study writes in its folder, none of which a file of the user's may have."""

from pathlib import Path, PurePosixPath

from defectsim.core.errors import StorageError
from defectsim.core.files import UNFINISHED

MANIFEST = "manifest.json"
PLAN_FILE, SCENARIO_FILE = "plan.json", "scenario.yaml"
"""Files of a plan and of its resolved base scenario."""
RUNS_FILE = "runs.parquet"
LOG = "log.jsonl"
JOURNAL = "journal.db"
JOURNAL_FILES = tuple(f"{JOURNAL}{end}" for end in ("", "-journal", "-wal", "-shm"))
"""All files that SQLite may write."""
REPLACED = ".replaced"
"""Ending of the name of a study that waits until its replacement is complete; its marker."""
BOX_FILE = "box.yaml"
"""Scenario in the box that the reading `discover` has found."""
FIGURES = "figures"
"""Folder of a study's figures."""
READINGS = "readings"
"""Folder of what readings of a study leave in it."""
SECOND_STAGE = f"{READINGS}/second-stage.yaml"
"""Sweep over the inputs that a screening has kept, which the reading `sensitivity` has written."""
TABLE_FOLDERS = (
    *("series", "events", "causes", "hazards"),
    *("observations", "attempts", "bands"),
)
"""Folders of the tables besides runs.parquet."""

_FILES = (MANIFEST, PLAN_FILE, SCENARIO_FILE, RUNS_FILE, LOG, *JOURNAL_FILES, REPLACED, BOX_FILE)


def taken_name(name: str) -> str | None:
    """Return why a study cannot take a file along under a name, or None if it can."""
    first, *below = PurePosixPath(name).parts
    if first in (*TABLE_FOLDERS, FIGURES, READINGS):
        what = f"the folder {first}/" if below else f"a folder {first}/"
        return f"every study has {what} of its own, so it cannot take {name} along: move the file"
    if first in _FILES:
        return (
            f"every study has a file {first} of its own, so it cannot take {name} along: rename it"
        )
    if name.endswith(UNFINISHED):
        return f"studies write files under names that end in {UNFINISHED}: rename {name}"
    return None


def outside_of_studies(place: Path) -> Path:
    """Return a folder to write to, which must not be a study or lie in one.

    Raises
    ------
    StorageError
        When it is or does: a study holds what it wrote itself, and nothing else.
    """
    resolved = place.resolve()
    for folder in (resolved, *resolved.parents):
        if (folder / MANIFEST).is_file():
            raise StorageError(f"{place} is in the study {folder}: choose a folder outside of it")
    return place
