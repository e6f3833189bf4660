"""The registry of kinds of study: one line a kind."""

from importlib import import_module

from defectsim.core.errors import AnalysisError, StudyMismatchError
from defectsim.store import StoredStudy
from defectsim.studies.kinds.kind import StudyKind

KINDS = {
    "run": "defectsim.studies.kinds.run.kind",
    "comparison": "defectsim.studies.kinds.comparison.kind",
    "sweep": "defectsim.studies.kinds.sweep.kind",
}
"""Module of each kind, imported when first needed; its `KIND` is a `StudyKind`."""


def kind_named(name: str) -> StudyKind:
    """Return a kind of study.

    Raises
    ------
    StudyMismatchError
        If there is none of that name, as in studies of other versions of defectsim.
    """
    if name not in KINDS:
        raise StudyMismatchError(
            f"this version of defectsim has no kind of study called {name!r} (it has "
            f"{', '.join(KINDS)}), so it can "
            "only read the tables of such a study: open it by the version in its manifest.json, "
            "or run it again with "
            "--overwrite"
        )
    found: StudyKind = import_module(KINDS[name]).KIND
    return found


def kind_of(study: StoredStudy) -> StudyKind:
    """Return the kind of a study."""
    return kind_named(study.kind)


def expect(study: StoredStudy, kind: StudyKind, method: str) -> None:
    """Refuse a study of another kind than the one that has a method."""
    if study.kind != kind.name:
        found = kind_of(study)
        raise AnalysisError(
            f"{study!r} is {found.title}: ask it for {found.methods}; {method}() needs "
            f"{kind.title}, made by "
            f"{kind.command}"
        )
