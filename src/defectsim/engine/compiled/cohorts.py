"""Cohorts: people alike in all that their rules read, in the same unit, under the same command."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.engine.compiled.plan import PlanName
from defectsim.model.person import Array
from defectsim.model.rule import TIES
from defectsim.model.transitions import Rank
from defectsim.policies.audience import named_people
from defectsim.policies.calendar import Calendar
from defectsim.population.population import Population
from defectsim.population.units import NOBODY, Level
from defectsim.rules.bindings import Decisions
from defectsim.rules.intervals import has_bounds

UNLIKE = {True: 0.1, False: 0.8}
"""Cohorts a person beyond which rows take less time, if the rates of soldiers have bounds, or not."""
SMALL = 5_000
"""People up to whom rows save less time than they take to be compiled: an assumption."""
Bytes = NDArray[np.int8]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Army(NamedTuple):
    """The people, their cohorts and their units; the same for all replicates.

    A cohort is a set of people who are alike in everything that their rules read, in the same unit,
    under the same command, reached by the same policies. Those of them who have one status form a
    *stratum*, and share cumulative hazards; a stratum is ``status * cohorts + cohort``. What has no
    text is as in the population.
    """

    first: Longs
    """Shape (cohorts + 1,): where each cohort begins in `member`."""
    member: Ints
    """Shape (people,): rows, cohort by cohort."""
    place: Ints
    """Shape (people,): each row's place in `member`."""
    cohort: Ints
    """Shape (people,): each row's cohort."""
    general: Bytes
    """Shape (cohorts,): 1 where the generals' rule decides, 0 where the soldiers' does."""
    cohort_unit: Ints
    """Shape (cohorts,): the unit that the cohort belongs to."""
    superior_unit: Ints
    """Shape (cohorts,): the unit whose commander is the cohort's superior, or -1."""
    led_first: Longs
    """Shape (units + 1,): where the cohorts led by each unit's commander begin in `led`."""
    led: Longs
    """Shape (cohorts with a superior,): cohorts, by the unit that their superior commands."""
    unit_first: Longs
    """Shape (units + 1,): where the cohorts of each unit begin in `unit_cohorts`."""
    unit_cohorts: Longs
    """Shape (cohorts,): cohorts, by the unit that they belong to."""
    cohort_rank: Bytes
    cohort_branch: NDArray[np.int16]
    person: Longs
    """Shape (people,): the number by which draws know each person."""
    parent: Ints
    top: Ints
    """Shape (units,): the branch that each unit lies in."""
    strength: Ints

    @property
    def of_rows(self) -> bool:
        """True if each person is a cohort, by their row."""
        return self.member is self.cohort

    @property
    def one_of_each(self) -> Ints:
        """Shape (cohorts,): the row of the first member of each cohort."""
        return self.member[self.first[:-1]]


class Grouping(NamedTuple):
    """People in cohorts, and the plan by which their hazards are kept."""

    plan: PlanName
    army: Army


def group_people(
    population: Population,
    cohort_codes: Mapping[str, NDArray[np.int32]],
    decisions: Decisions,
    calendar: Calendar,
    belief: NDArray[np.float64] | None = None,
    plan: PlanName | None = None,
) -> Grouping:
    """Group people by the columns that their rules, and the audiences of policies, read.

    Cohorts by `Population.cohort_codes` are the same in every replicate. What people have believed
    so far is `belief`, if anything: a cohort believes as one. Default plan: rows if there are more
    cohorts a person than `UNLIKE` says.
    """
    if decisions.states and plan is None:
        plan = "cohorts"
    if plan != "rows":
        key = _key(population, cohort_codes, decisions, calendar, belief)
        cohorts = key.group_by(pl.exclude("row"), maintain_order=True).agg(pl.col("row"))
        small = plan == "cohorts" or len(population) <= SMALL
        if small or len(cohorts) <= UNLIKE[has_bounds(decisions.soldier.rule)] * len(population):
            return Grouping("cohorts", _army_of_cohorts(population, cohorts["row"]))
    return Grouping("rows", _army_of_rows(population))


def _army_of_cohorts(population: Population, rows: pl.Series) -> Army:
    """Return an army of cohorts, of which each has some rows."""
    size = rows.list.len().to_numpy().astype(np.int64)
    member = rows.explode().to_numpy().astype(np.int32)
    place = np.argsort(member)
    return _army(
        population,
        first=_starts(size),
        member=member,
        place=place.astype(np.int32),
        cohort=np.repeat(np.arange(len(size), dtype=np.int32), size)[place],
    )


def _army_of_rows(population: Population) -> Army:
    """Return an army in which each person is a cohort, by their row."""
    rows = np.arange(len(population), dtype=np.int32)
    first = np.arange(len(population) + 1)
    return _army(population, first=first, member=rows, place=rows, cohort=rows)


def _army(population: Population, **grouped: Array) -> Army:
    """Return the army of people who are grouped."""
    units, one = population.units, grouped["member"][grouped["first"][:-1]]
    own, superior = population.unit[one], population.superior[one]
    superior_unit = np.where(superior != NOBODY, population.unit[superior], NOBODY)
    led = np.flatnonzero(superior != NOBODY)
    leader = superior_unit[led]
    return Army(
        **grouped,
        general=(population.rank[one] == Rank.GENERAL).astype(np.int8),
        cohort_unit=own,
        superior_unit=superior_unit.astype(np.int32),
        led_first=_starts(np.bincount(leader, minlength=len(units.level))),
        led=led[np.argsort(leader, kind="stable")].astype(np.int64),
        unit_first=_starts(np.bincount(own, minlength=len(units.level))),
        unit_cohorts=np.argsort(own, kind="stable").astype(np.int64),
        cohort_rank=population.rank[one],
        cohort_branch=population.branch[one],
        person=population.persons,
        parent=units.parent,
        top=units.ancestors[:, Level.BRANCH].astype(np.int32),
        strength=units.strength,
    )


def _key(
    population: Population,
    cohort_codes: Mapping[str, NDArray[np.int32]],
    decisions: Decisions,
    calendar: Calendar,
    belief: NDArray[np.float64] | None,
) -> pl.DataFrame:
    """Return a row a person; those whose rows are equal, but for `row` itself, share a cohort."""
    general, rows = population.rank == Rank.GENERAL, np.arange(len(population))
    of_kind = reads(decisions, calendar)
    read = (of_kind[True], of_kind[False])
    alike = {
        f"alike {name}": np.where(general, *(codes if name in names else 0 for names in read))
        for name, codes in cohort_codes.items()
    }
    has_ties = population.has_ties
    alone = named_people(calendar.agents, population)
    alone |= np.where(general, *(has_ties & (not TIES.keys().isdisjoint(names)) for names in read))
    columns: dict[str, Array] = {
        "general": general.astype(np.int8),
        "unit": population.unit,
        "superior": population.superior,
        "alone": np.where(alone, rows, NOBODY),
        "row": rows,
    }
    if belief is not None:
        columns["belief"] = belief
    return pl.DataFrame({**columns, **alike})


def reads(decisions: Decisions, calendar: Calendar) -> dict[bool, frozenset[str]]:
    """Return the names, columns among them, that are read of generals (True) and of others (False).

    They are read by their rule, by those of following and of state, and by the audiences of
    policies. Whatever is state is read, since people may differ in it from the start.
    """
    of_audiences = {"rank", "service", *(["exposure"] if calendar.reads_exposure else [])}
    found = {}
    for general, who in ((True, "general"), (False, "soldier")):
        names = decisions.reads(who) | decisions.reads("follow") | of_audiences
        names |= decisions.reads("update") | {*decisions.states}
        found[general] = names | decisions.reads("belief") if "belief" in names else names
    return found


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each group begins, and the last ends."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
