"""Stored studies: listed, read as a report, and small ones run with progress."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock
from typing import Any

from defectsim.api.report import report_section
from defectsim.api.run import compare, run
from defectsim.api.study import Study
from defectsim.core.errors import AppError, DefectsimError, StudyNotFoundError
from defectsim.core.formatting import counted
from defectsim.core.study_folder import MANIFEST
from defectsim.execution.simulator import RunResult
from defectsim.report.page import html_page
from defectsim.scenario.schema import Scenario
from defectsim.store.folder import study_name
from defectsim.store.provenance import read_manifest
from defectsim.store.schema import DONE
from defectsim.studies.options import Estimate, ProgressCallback

MOST = 100
"""Most replicates of a study that a page starts."""
_MOST_LETTERS = 200
"""Most letters of scenarios' names in the name of a study."""
_DRAWING = Lock()
"""Held while a report is drawn, since Matplotlib draws in one thread at a time."""

type Tell = Callable[[Mapping[str, Any]], None]
"""Function that tells a page something."""


def listed(root: Path) -> list[dict[str, Any]]:
    """Return the studies of a folder that can be opened, the newest first."""
    manifests = (file for file in root.glob(f"*/{MANIFEST}") if not file.parent.is_symlink())
    found = []
    for file in sorted(manifests, key=lambda one: one.stat().st_mtime, reverse=True):
        with suppress(DefectsimError):  # what is no study, or damaged, cannot be opened
            manifest = read_manifest(file.parent)
            about = {name: manifest.get(name, "") for name in ("question", "status")}
            kind = manifest.get("design", {}).get("kind", "run")
            found.append({"name": file.parent.name, "kind": kind, **about})
    return found


def report(root: Path, name: str) -> str:
    """Return the report of a study in a folder of studies, as one page.

    Raises
    ------
    StudyNotFoundError
        When the folder has no such study.
    """
    folder = root / study_name(name)
    if folder.is_symlink() or not (folder / MANIFEST).is_file():
        raise StudyNotFoundError(f"there is no study {name} in {root}")
    with _DRAWING:
        return html_page([report_section(Study.open(folder))])


def studies_of(given: Path | None, out: Path) -> tuple[Path, str | None]:
    """Return the folder of studies, and the study in it that a user gives, if any.

    Parameters
    ----------
    out
        Folder of studies if none is given, which is made once there is one to be stored.

    Raises
    ------
    AppError, StudyDamagedError
        When no study can be read in what is given, or none be stored in `out`.
    """
    if given is None:
        _expect_room(out)
        return out, None
    real = given.resolve()
    if (real / MANIFEST).is_file():
        read_manifest(real)
        return real.parent, real.name
    if not listed(real):
        raise AppError(
            f"{given} is no study, and holds none that can be read: give the folder of a study, or "
            "a folder of studies"
        )
    return real, None


def _expect_room(root: Path) -> None:
    """Refuse a folder that could not be made, or not be written to."""
    try:
        there = next(one for one in (root, *root.parents) if one.exists(follow_symlinks=False))
        TemporaryDirectory(dir=there).cleanup()
    except OSError as error:
        raise AppError(
            f"no study could be stored in {root} ({error.strerror}): choose another --out"
        ) from error


class PageProgress(ProgressCallback):
    """Tells a page how far a study is, and stops it when the page asks for that."""

    def __init__(self, tell: Tell, runs: int) -> None:
        self._tell, self._runs, self._done = tell, runs, 0
        self.stop = Event()

    def on_compile(self) -> None:
        """Tell that rules are compiled."""
        self._tell({"type": "progress", "what": "compiling the rules (once)"})

    def on_start(self, estimate: Estimate) -> None:
        """Tell how long the study will take."""
        if self._done < self._runs:
            self._report(f"{self._done} of {self._runs} runs; about {estimate.time:.0f} s in all")

    def on_result(self, _: RunResult) -> None:
        """Count a run."""
        self._done += 1
        self._report(f"{self._done} of {self._runs} runs")

    def should_stop(self) -> bool:
        """Return whether the page has cancelled the study, or is closed."""
        return self.stop.is_set()

    def _report(self, what: str) -> None:
        told = {"type": "progress", "what": what, "done": self._done, "runs": self._runs}
        self._tell(told)


def run_small(
    scenarios: Mapping[str, Scenario], replicates: int, seed: int, root: Path, tell: Tell
) -> tuple[PageProgress, Callable[[], None]]:
    """Prepare a study of one scenario, or the comparison of two; return its progress and its run.

    Raises
    ------
    AppError
        When it is not small.
    """
    if not 1 <= replicates <= MOST:
        raise AppError(f"a page runs 1 to {MOST} replicates; for more: defectsim run")
    progress = PageProgress(tell, replicates * len(scenarios))
    options: dict[str, Any] = {
        "replicates": replicates,
        "seed": seed,
        "out": root,
        "name": _free_name(root, "-vs-".join(scenarios)),
        "executor": "threads",
        "figures": False,
        "progress": progress,
    }

    def simulate() -> None:
        try:
            (only, *others) = scenarios.values()
            study = compare(scenarios, **options) if others else run(only, **options)
        except DefectsimError as error:
            tell({"type": "study", "error": str(error)})
        else:
            tell({"type": "study", **_ended(study)})

    return progress, simulate


def _ended(study: Study) -> dict[str, Any]:
    """Return what a page is told of a study that has ended, or was stopped."""
    name = study.path.name if study.path else ""
    if not study.complete:
        done = counted(study.runs.filter(status=DONE).height, "run")
        return {"error": f"stopped; kept: {done}; to continue: defectsim resume {study.path}"}
    return {"name": name, "answer": study.answer, "grounds": study.grounds}


def _free_name(root: Path, name: str) -> str:
    """Return a name that no study has, and a folder can have: with ``app`` and a number."""
    names = (f"{name[:_MOST_LETTERS]}-app-{number}" for number in count(1))
    return next(one for one in names if not (root / one).exists())
