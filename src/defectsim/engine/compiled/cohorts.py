"""Cohorts: people alike in all that their rules read, in the same unit, under the same command."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.engine.compiled.layout import Army
from defectsim.engine.draws import persons
from defectsim.model.person import Array
from defectsim.model.transitions import Rank
from defectsim.policies.audience import named_people
from defectsim.policies.calendar import Calendar
from defectsim.population.population import Population
from defectsim.population.units import NOBODY
from defectsim.rules.bindings import Decision, Decisions


def group_cohorts(
    population: Population,
    cohort_codes: Mapping[str, NDArray[np.int32]],
    decisions: Decisions,
    calendar: Calendar,
    belief: NDArray[np.float64] | None = None,
) -> Army:
    """Group people by the columns that their rules, and the audiences of policies, read.

    Parameters
    ----------
    cohort_codes
        See `Population.cohort_codes`; cohorts that follow it are the same in every replicate.
    belief
        What people have believed so far, if anything: a cohort believes as one.
    """
    key = _key(population, cohort_codes, reads(decisions, calendar), _named(population, calendar))
    if belief is not None:
        key = key.with_columns(belief=pl.Series(belief))
    cohorts = key.group_by(pl.exclude("row"), maintain_order=True).agg(pl.col("row"))
    size = cohorts["row"].list.len().to_numpy().astype(np.int64)
    superior = cohorts["superior"].to_numpy()
    led = np.flatnonzero(superior != NOBODY)
    leader = population.unit[superior[led]]
    superior_unit = np.full(len(superior), NOBODY, np.int32)
    superior_unit[led] = leader
    units, ties = population.units, population.ties
    member = cohorts["row"].explode().to_numpy().astype(np.int32)
    return Army(
        first=_starts(size),
        member=member,
        place=np.argsort(member).astype(np.int32),
        cohort=np.repeat(np.arange(len(size), dtype=np.int32), size)[np.argsort(member)],
        general=cohorts["general"].to_numpy(),
        cohort_unit=cohorts["unit"].to_numpy(),
        superior_unit=superior_unit,
        led_first=_starts(np.bincount(leader, minlength=len(units.level))),
        led=led[np.argsort(leader, kind="stable")].astype(np.int64),
        rank=population.rank,
        branch=population.branch,
        unit=population.unit,
        person=persons(population),
        parent=units.parent,
        strength=units.strength,
        ties_first=ties.indptr.astype(np.int32),
        ties=ties.indices.astype(np.int32),
    )


def _named(population: Population, calendar: Calendar) -> NDArray[np.bool_]:
    """Return for each person whether a policy names them."""
    people: dict[str, Array] = {
        "rank": population.rank,
        "branch": population.branch,
        "number": population.number,
    }
    return named_people(calendar.agents, people, population.branches)


def _key(
    population: Population,
    cohort_codes: Mapping[str, NDArray[np.int32]],
    of_kind: Mapping[bool, frozenset[str]],
    named: NDArray[np.bool_],
) -> pl.DataFrame:
    """Return a row a person; those whose rows are equal, but for `row` itself, share a cohort."""
    general = population.rank == Rank.GENERAL
    read = (of_kind[True], of_kind[False])
    alike = {
        f"alike {name}": np.where(general, *(codes if name in reads else 0 for reads in read))
        for name, codes in cohort_codes.items()
    }
    rows = np.arange(len(population))
    has_ties = np.diff(population.ties.indptr) > 0
    alone = named | np.where(general, *(has_ties & ("ties_defected" in reads) for reads in read))
    place = {
        "general": general.astype(np.int8),
        "unit": population.unit,
        "superior": population.superior,
    }
    return pl.DataFrame({**place, **alike, "alone": np.where(alone, rows, NOBODY), "row": rows})


def reads(decisions: Decisions, calendar: Calendar) -> dict[bool, frozenset[str]]:
    """Return names among which are all columns that anything reads of generals (True) and others.

    What reads them is their rule, that of following, and the audiences of policies.
    """
    of_audiences = {"rank", "service", *(["exposure"] if calendar.reads_exposure else [])}
    deciders = {True: decisions.general, False: decisions.soldier}
    return {kind: _reads(decider, decisions) | of_audiences for kind, decider in deciders.items()}


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of several groups begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _reads(decider: Decision, decisions: Decisions) -> frozenset[str]:
    """Return the names that a decision, following and, if they read it, belief read."""
    names = decider.trace.names | decisions.follow.trace.names
    return names | decisions.belief.trace.names if "belief" in names else names
