"""Scenarios of a study, one of which or a few of which a picture shows, and their tables."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import polars as pl

from defectsim.analysis.responses import SCENARIO
from defectsim.core.errors import AnalysisError, nearest
from defectsim.model.transitions import RANKS, Rank
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.store.study import readable

MOST = 4
"""Most scenarios of a picture."""
RANK_NAMES = {str(rank): rank.label for rank in Rank}


class Scene(NamedTuple):
    """A scenario of a study, with the runs of it that ended well."""

    study: StoredStudy
    name: str
    """Of a comparison, without the words that all names have in common; else empty."""
    point: int
    runs: pl.DataFrame

    def table(
        self, name: str, replicate: int | None = None, status_to: Collection[str] = ()
    ) -> pl.DataFrame:
        """Read the rows of a table that belong to the runs, or to one of them, and no others.

        Parameters
        ----------
        status_to
            Ends of the changes of status that are read; default: all rows.
        """
        replicates = self.runs["replicate"].to_list() if replicate is None else [replicate]
        wanted = (pl.col("point") == self.point) & pl.col("replicate").is_in(replicates)
        if status_to:
            wanted &= pl.col("status_to").cast(pl.String).is_in(status_to)
        with readable(self.study.path, name):
            return self.study.scan(name, check=True).filter(wanted).collect()

    def tell(self, text: str) -> str:
        """Return a sentence that begins with the scenario, if there are several."""
        return f"{self.name}: {text}" if self.name else text[0].upper() + text[1:]

    def replicate(self, wanted: int | None) -> tuple[int, str]:
        """Return a run's number and what it is: the one that is wanted, or the middle one.

        The middle one is that of the median number of people who defected, the lower of two.
        """
        ordered = self.runs.sort("defected", "replicate")["replicate"].to_list()
        if wanted is None:
            return ordered[(len(ordered) - 1) // 2], "the median run by people who defected"
        if wanted not in ordered:
            raise AnalysisError(
                f"no replicate {wanted!r} ended well: the study has {min(ordered)} to {max(ordered)}"
            )
        return int(wanted), "as asked for"


def scenes(study: StoredStudy, scenario: str | None = None) -> list[Scene]:
    """Return the scenarios of a study, or the one that is named.

    Raises
    ------
    AnalysisError
        When there is none of that name, or there are more than a picture can show.
    """
    runs = study.told_runs.sort("point", "replicate")
    names = _names(runs)
    if scenario is not None:
        names = {_known(scenario, names): names[scenario]}
    elif len(names) > MOST:
        raise AnalysisError(
            f"a picture shows {MOST} scenarios at most, and {study.label} has {len(names)}: name "
            f"one by --scenario (it has {', '.join(names)})"
        )
    done = runs.filter(status=DONE)
    short = _short([*names])
    return [
        Scene(study, short[name], point, done.filter(point=point)) for name, point in names.items()
    ]


def scene(study: StoredStudy, scenario: str | None = None) -> Scene:
    """Return one scenario of a study: the one that is named, or the last."""
    names = _names(study.runs.sort("point"))
    return scenes(study, scenario or (None if len(names) == 1 else [*names][-1]))[0]


def _names(runs: pl.DataFrame) -> dict[str, int]:
    """Return the points of a study by the names of their scenarios."""
    if SCENARIO not in runs.columns:
        return {"": 0}
    points = runs.unique("point", maintain_order=True)
    return dict(zip(points[SCENARIO].to_list(), points["point"].to_list(), strict=True))


def _short(names: list[str]) -> dict[str, str]:
    """Return names without the words, parted by dashes, with which all of several begin."""
    words = [name.split("-") for name in names]
    common = 0
    while len(names) > 1 and all(one[common:-1][:1] == words[0][common:][:1] for one in words):
        common += 1
    return {name: "-".join(one[common:]) for name, one in zip(names, words, strict=True)}


def _known(scenario: str, names: dict[str, int]) -> str:
    if scenario not in names:
        known = f"it has {', '.join(names)}" if any(names) else "it has one, which has no name"
        raise AnalysisError(
            f"the study has no scenario {scenario!r}{nearest(scenario, names)} ({known})"
        )
    return scenario


def with_groups(frame: pl.DataFrame, by: str | None, name: str) -> pl.DataFrame:
    """Add *group*, the name of a scenario and of a rank or branch, and *scale*, the latter alone.

    Rows are in the order of ranks, lowest first, or of the names of branches.
    """
    own = pl.lit("") if by is None else pl.col(by).cast(pl.String).replace(RANK_NAMES)
    between = ": " if name and by else ""
    if by is not None:
        place = pl.col(by).cast(pl.String)
        place = place.cast(pl.Enum(RANKS)) if by == "rank" else place
        frame = frame.sort(place, maintain_order=True)
    return frame.with_columns(group=pl.lit(name + between) + own, scale=own)


def columns(by: str | None) -> Sequence[str]:
    """Return the columns that make groups."""
    return () if by is None else (by,)
