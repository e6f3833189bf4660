"""Cohorts: people alike in all that their rules read, in the same unit, under the same command."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.engine.compiled.state import Army
from defectsim.model.person import Array
from defectsim.model.transitions import Rank
from defectsim.policies.audience import named_people
from defectsim.policies.calendar import Calendar
from defectsim.population.population import Population
from defectsim.population.units import NOBODY
from defectsim.rules.bindings import Decisions


def group_cohorts(
    population: Population,
    cohort_codes: Mapping[str, NDArray[np.int32]],
    decisions: Decisions,
    calendar: Calendar,
    belief: NDArray[np.float64] | None = None,
) -> Army:
    """Group people by the columns that their rules, and the audiences of policies, read.

    Cohorts by `Population.cohort_codes` are the same in every replicate. What people have believed
    so far is `belief`, if anything: a cohort believes as one.
    """
    key = _key(population, cohort_codes, decisions, calendar, belief)
    cohorts = key.group_by(pl.exclude("row"), maintain_order=True).agg(pl.col("row"))
    size = cohorts["row"].list.len().to_numpy().astype(np.int64)
    member = cohorts["row"].explode().to_numpy().astype(np.int32)
    place = np.argsort(member)
    superior = cohorts["superior"].to_numpy()
    superior_unit = np.where(superior != NOBODY, population.unit[superior], NOBODY)
    led = np.flatnonzero(superior != NOBODY)
    leader, units, ties = superior_unit[led], population.units, population.ties
    own, one = cohorts["unit"].to_numpy(), cohorts["row"].list.first().to_numpy()
    return Army(
        first=_starts(size),
        member=member,
        place=place.astype(np.int32),
        cohort=np.repeat(np.arange(len(size), dtype=np.int32), size)[place],
        general=cohorts["general"].to_numpy(),
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
        strength=units.strength,
        ties_first=ties.indptr.astype(np.int32),
        ties=ties.indices.astype(np.int32),
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
    has_ties = np.diff(population.ties.indptr) > 0
    alone = named_people(calendar.agents, population)
    alone |= np.where(general, *(has_ties & ("ties_defected" in names) for names in read))
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

    They are read by their rule, by that of following, and by the audiences of policies.
    """
    of_audiences = {"rank", "service", *(["exposure"] if calendar.reads_exposure else [])}
    found = {}
    for general, who in ((True, "general"), (False, "soldier")):
        names = decisions.reads(who) | decisions.reads("follow") | of_audiences
        found[general] = names | decisions.reads("belief") if "belief" in names else names
    return found


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each group begins, and the last ends."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
