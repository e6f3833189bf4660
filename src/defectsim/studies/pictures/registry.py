"""The kinds of pictures of a study, one entry each: the question, for which studies, and options."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from defectsim.analysis.responses import SCENARIO
from defectsim.core.errors import AnalysisError, NothingToDrawError, nearest
from defectsim.model.transitions import LOSSES, OUT_OF_SERVICE
from defectsim.population.units import Level
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.store.study import readable
from defectsim.studies.kinds.registry import kind_named
from defectsim.studies.pictures import depends, differs, happens, order, trusted
from defectsim.studies.readings import calibrate, discover, robust, sensitivity, tipping
from defectsim.studies.readings.stored import has_reading

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ANY: tuple[str, ...] = ()
"""Values of an option that the picture itself judges."""
_GROUPS = ("rank", "branch")
_UNITS = tuple(str(level) for level in Level if level >= Level.BRIGADE)
_LEFT = tuple(str(status) for status in OUT_OF_SERVICE)
_COURSE = "course"
"""Series, or the quantiles of series."""
_OF_DATES = (_COURSE, "series")
"""Tables that have rows if nobody leaves, too."""
_RECORDED = {
    _COURSE: "no series are stored: run the scenario again with record.series: full",
    "series": "the series of every run are not stored: run the scenario again with record.series: full",
    "events": "no events are stored: run the scenario again with record.events: true",
    "causes": "no causes are stored: run the scenario again with record.causes: true",
}
"""Lack of a study whose table is empty, and what to do."""


@dataclass(frozen=True)
class PictureKind:
    """A kind of picture."""

    name: str
    about: str
    """Group of kinds to which it belongs."""
    question: str
    """The one question that it answers."""
    draw: "Callable[..., Figure]"
    """Draws the figure of a study, with options as keywords."""
    options: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Values of each option that it knows, or `ANY`."""
    needs: Collection[str] = ()
    """Tables that it reads."""
    studies: Collection[str] = ("run", "comparison")
    """Kinds of studies for which it is."""
    reading: str = ""
    """Reading of a sweep whose stored finding it shows."""
    designs: Collection[str] = ()
    """Designs of sweeps that this reading can read; default: any."""
    compares: bool = False
    """True if it compares the scenarios of a sweep, so that there must be several."""

    def suits(self, study: StoredStudy) -> bool:
        """Return whether it is for studies of this kind."""
        return study.kind in self.studies

    def lacks(self, study: StoredStudy) -> str:
        """Return why it cannot be drawn of a study; empty if it can."""
        if not self.suits(study):
            wanted = " or ".join(kind_named(name).title for name in self.studies)
            return f"it shows {wanted}, and this is {kind_named(study.kind).title}"
        if DONE not in study.runs["status"]:
            return "no run ended well"
        return self._unread(study) if self.reading else self._unrecorded(study)

    def _unread(self, study: StoredStudy) -> str:
        """Return why the reading that it shows is not there; empty if it is."""
        sampling = study.manifest["design"].get("sampling")
        if self.designs and sampling not in self.designs:
            wanted = ", ".join(f"{{kind: {one}}}" for one in self.designs)
            return f"it shows a sweep whose design is one of {wanted}, and this is {sampling}"
        if self.compares and SCENARIO not in study.runs:
            return "it compares the scenarios of a sweep, and this has one"
        if has_reading(study, self.reading):
            return ""
        folder = study.path or "DIR"
        return f"the study has not been read: defectsim {self.reading} {folder} does it"

    def _unrecorded(self, study: StoredStudy) -> str:
        """Return which table it lacks; empty if none."""
        for table in self.needs:
            with readable(study.path, table):
                found = study.course.lazy() if table == _COURSE else study.scan(table, check=True)
                empty = found.head(1).collect().is_empty()
            if empty:
                left = study.runs.select(LOSSES).sum_horizontal().sum()
                return _RECORDED[table] if left or table in _OF_DATES else "nobody left in any run"
        return ""

    def refuse(self, options: Mapping[str, Any]) -> None:
        """Refuse options that it does not know, and values that they cannot have."""
        for name, value in options.items():
            if name not in self.options:
                known = ", ".join(self.options) or "none"
                raise AnalysisError(
                    f"the picture {self.name} has no option {name!r}{nearest(name, self.options)} "
                    f"(it has {known})"
                )
            values = self.options[name]
            if values and value not in values:
                raise AnalysisError(
                    f"the picture {self.name} has no {name} {value!r}{nearest(value, values)} (there "
                    f"are {', '.join(values)})"
                )


_HAPPENS, _ORDER = "what happens", "who, and in what order"
_DIFFERS, _DEPENDS = "what differs", "what it depends on"
_TRUSTED = "can it be trusted"
_COMPARED, _SWEPT = ("comparison",), ("sweep",)
_SCENARIO: dict[str, Collection[str]] = {"scenario": ANY}
_BY = {"by": _GROUPS, **_SCENARIO}
_RUN = {"replicate": ANY, **_SCENARIO}
_STATUS = {"status": _LEFT}
_OUTCOME: dict[str, Collection[str]] = {"outcome": ANY}
_KINDS = (
    PictureKind(
        name="status",
        about=_HAPPENS,
        question="How many shirk, desert or defect, and when?",
        draw=happens.status,
        options=_BY,
        needs=("series",),
    ),
    PictureKind(
        name="defections",
        about=_HAPPENS,
        question="How does it go in single runs, and by how they end?",
        draw=happens.defections,
        options=_BY | _STATUS,
        needs=("series",),
    ),
    PictureKind(
        name="outcomes",
        about=_HAPPENS,
        question="Does the regime fall, and by when?",
        draw=happens.outcomes,
        options=_SCENARIO,
        needs=(_COURSE,),
    ),
    PictureKind(
        name="sizes",
        about=_HAPPENS,
        question="How many leave in a run, and are there several kinds of runs?",
        draw=happens.sizes,
        options=_SCENARIO,
    ),
    PictureKind(
        name="incidence",
        about=_ORDER,
        question="By which way do people leave, each against all others?",
        draw=order.incidence,
        options=_BY,
        needs=("events", "series"),
    ),
    PictureKind(
        name="command",
        about=_ORDER,
        question="Which units leave, when, and after their commanders?",
        draw=order.command,
        options=_RUN | {"by": _UNITS},
        needs=("events", "series"),
    ),
    PictureKind(
        name="cascades",
        about=_ORDER,
        question="Who took whom along?",
        draw=order.cascades,
        options=_RUN | _STATUS,
        needs=("causes",),
    ),
    PictureKind(
        name="first",
        about=_ORDER,
        question="Who moves first, and how many follow?",
        draw=order.first,
        options=_BY | _STATUS,
        needs=("events",),
    ),
    PictureKind(
        name="differences",
        about=_DIFFERS,
        question="By how much do scenarios differ at the end?",
        draw=differs.differences,
        options=_OUTCOME,
        studies=_COMPARED,
    ),
    PictureKind(
        name="course",
        about=_DIFFERS,
        question="When do scenarios come to differ, and by how much?",
        draw=differs.course,
        needs=("series",),
        studies=_COMPARED,
    ),
    PictureKind(
        name="divergence",
        about=_DIFFERS,
        question="Who behaves differently?",
        draw=differs.divergence,
        needs=("events",),
        studies=_COMPARED,
    ),
    PictureKind(
        name="sweep",
        about=_DEPENDS,
        question="How do outcomes change with what varies?",
        draw=depends.sweep,
        options=_OUTCOME,
        studies=_SWEPT,
    ),
    PictureKind(
        name="tornado",
        about=_DEPENDS,
        question="Which inputs does the outcome depend on most?",
        draw=depends.tornado,
        studies=_SWEPT,
        reading=sensitivity.NAME,
        designs=sensitivity.SAMPLINGS,
    ),
    PictureKind(
        name="tipping",
        about=_DEPENDS,
        question="From which value of a lever on does the outcome switch?",
        draw=depends.curve,
        studies=_SWEPT,
        reading=tipping.NAME,
        designs=tipping.SAMPLINGS,
    ),
    PictureKind(
        name="box",
        about=_DEPENDS,
        question="In which part of the ranges does the outcome hold?",
        draw=depends.box,
        studies=_SWEPT,
        reading=discover.NAME,
        designs=discover.SAMPLINGS,
    ),
    PictureKind(
        name="regret",
        about=_DEPENDS,
        question="Which policy is never far from the best, whatever the world?",
        draw=depends.regret,
        studies=_SWEPT,
        reading=robust.NAME,
        compares=True,
    ),
    PictureKind(
        name="posterior",
        about=_DEPENDS,
        question="What do observed targets say about the inputs?",
        draw=depends.posterior,
        studies=_SWEPT,
        reading=calibrate.NAME,
        designs=discover.SAMPLINGS,
    ),
    PictureKind(
        name="belief",
        about=_TRUSTED,
        question="Does belief agree with the truth about the regime?",
        draw=trusted.belief,
        options=_SCENARIO,
        needs=("series",),
    ),
    PictureKind(
        name="records",
        about=_TRUSTED,
        question="How many of those who desert are on record, and when?",
        draw=trusted.records,
        options=_SCENARIO,
        needs=("series",),
    ),
    PictureKind(
        name="predictive",
        about=_TRUSTED,
        question="Does the calibrated model produce what was observed?",
        draw=trusted.predictive,
        studies=_SWEPT,
        reading=calibrate.NAME,
        designs=discover.SAMPLINGS,
    ),
    PictureKind(
        name="convergence",
        about=_TRUSTED,
        question="Are there enough replicates for the estimates to settle?",
        draw=trusted.convergence,
        options=_OUTCOME | _SCENARIO,
    ),
)
PICTURES = {kind.name: kind for kind in _KINDS}
"""Kinds of pictures by name; a further one is a line above."""


def draw_picture(study: StoredStudy, name: str, options: Mapping[str, Any]) -> "Figure":
    """Draw a kind of picture of a study.

    Raises
    ------
    AnalysisError
        When there is no such kind, it does not know an option, or the study has not what it shows.
    """
    kind = picture_kind(name)
    kind.refuse(options)
    if reason := kind.lacks(study):
        raise AnalysisError(f"{study.label} has no picture {name}: {reason}")
    return kind.draw(study, **options)


def picture_kind(name: str) -> PictureKind:
    """Return a kind of picture by its name."""
    if name not in PICTURES:
        raise AnalysisError(
            f"there is no picture {name!r}{nearest(name, PICTURES)} (there are "
            f"{', '.join(PICTURES)}; defectsim plot DIR --list tells what they show)"
        )
    return PICTURES[name]


def report_pictures(study: StoredStudy) -> "Iterator[tuple[PictureKind, Figure]]":
    """Yield the pictures that a report on a study shows, of those that it can have."""
    for name in kind_named(study.kind).pictures:
        kind = PICTURES[name]
        if not kind.lacks(study):
            with suppress(NothingToDrawError):
                yield kind, kind.draw(study)


def picture_list(study: StoredStudy) -> pl.DataFrame:
    """Return the kinds of pictures, a row each.

    Returns
    -------
    DataFrame
        *about*, *kind*, *question*, *options*; whether it *suits* studies of this kind, and what
        the study *lacks* for it.
    """
    return pl.DataFrame(
        {
            "about": kind.about,
            "kind": kind.name,
            "question": kind.question,
            "options": ", ".join(kind.options),
            "suits": kind.suits(study),
            "lacks": kind.lacks(study),
        }
        for kind in PICTURES.values()
    )
