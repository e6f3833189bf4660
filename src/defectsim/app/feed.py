"""Events of a week in sentences: who went, and whom they took along; what governments did."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.core.formatting import counted
from defectsim.engine.events import ENDS
from defectsim.engine.run import Run
from defectsim.model.transitions import SERVING, TRANSITIONS, Cause, Rank, Status
from defectsim.policies.series import amount, in_words
from defectsim.population.units import NOBODY
from defectsim.scenario.schema import Scenario

_NAMED = 4
"""Most people of a week who have a sentence of their own."""
_VERBS = [one.verb for one in TRANSITIONS.values()]
_COUNTED = np.array(
    [
        one.end.kind in ("gone", "harmed") or one.origins[0] not in SERVING
        for one in TRANSITIONS.values()
    ]
)
"""Shape (transitions,): whether a week's number is told; other moves within the service are many."""

_OF_GENERALS = _COUNTED | (ENDS == Status.PLOTTING)
"""Shape (transitions,): whether a general who takes it has a sentence of their own."""


class Line(NamedTuple):
    """Sentence of the feed; `kind` is a status, ``policy`` or ``attempt``."""

    week: int
    date: str
    kind: str
    text: str


class Feed:
    """Sentences about a run, week by week."""

    def __init__(self, run: Run) -> None:
        self._events = self._attempts = 0
        self._calendar = _calendar(run.scenario)

    def week(self, run: Run) -> list[Line]:
        """Return the sentences about the step that a run has just taken."""
        records = run.engine.event_records(self._events)
        self._events += len(records)
        told = [("policy", text) for text in self._calendar.get(run.steps - 1, ())]
        told += self._attempted(run)
        told += _people(run, records)
        return [Line(run.steps, str(run.date), kind, text) for kind, text in told]

    def _attempted(self, run: Run) -> Iterator[tuple[str, str]]:
        new = run.engine.attempts[self._attempts :]
        self._attempts += len(new)
        for one in new:
            who = counted(one.members, "plotter")
            killed = f"; {one.casualties:,} killed" if one.casualties else ""
            yield "attempt", f"attempt on the ruler by {who}: {one.result}{killed}"


def _calendar(scenario: Scenario) -> dict[int, list[str]]:
    """Return sentences about policies and acts by the step in which they begin or end."""
    clock, found = scenario.clock, defaultdict[int, list[str]](list)
    for name, policy in scenario.policies.items():
        lever = scenario.every_lever[policy.lever]
        actor = f"{policy.actor}: " if policy.actor else ""
        begins, value = policy.begins(lever), in_words(amount(policy.value))
        if begins >= clock.start:
            once = f", once {policy.when}" if policy.when else ""
            text = f"{actor}{name} begins{once} ({policy.lever} {value}; for {policy.audience})"
            found[clock.step_on(begins)].append(text)
        if policy.until:
            found[clock.step_on(policy.until)].append(f"{actor}{name} ends")
    for name, act in scenario.acts.items():
        found[clock.step_on(act.first)].append(f"{act.actor or 'government'}: {name}")
    return found


def _people(run: Run, records: NDArray[np.void]) -> Iterator[tuple[str, str]]:
    """Yield sentences about people: those who led others or are generals, then all others."""
    if not len(records):
        return
    root = _roots(records)
    itself = root == np.arange(len(root))
    followers = np.where(itself, np.bincount(root, minlength=len(root)) - 1, 0)
    transition, rank = records["transition"], run.population.rank[records["row"]]
    general = (rank == Rank.GENERAL) & _OF_GENERALS[transition]
    notable = np.flatnonzero(itself & ((followers > 0) | general))
    order = np.lexsort((notable, -rank[notable].astype(int), -followers[notable]))
    named = notable[order[:_NAMED]]
    for place in named.tolist():
        text = f"{_who(run, int(records['row'][place]))} {_VERBS[transition[place]]}"
        text += f" and takes {followers[place]:,} along" if followers[place] else ""
        yield str(Status(ENDS[transition[place]])), text
    untold = _COUNTED[transition] & ~np.isin(root, named)
    yield from _counts(transition[untold], rank[untold])


def _counts(transition: NDArray[np.int32], rank: NDArray[np.int8]) -> Iterator[tuple[str, str]]:
    """Yield a sentence for each transition: how many people took it, by rank."""
    for place in np.unique(transition).tolist():
        of_rank = np.bincount(rank[transition == place], minlength=len(Rank))
        ranks = [_ranked(one, of_rank.item(one)) for one in Rank if of_rank[one]]
        who = "1 person " if of_rank.sum() == 1 else f"{of_rank.sum():,} people "
        verb = _VERBS[place] if of_rank.sum() == 1 else _plural(_VERBS[place])
        yield str(Status(ENDS[place])), f"{who}{verb}: {', '.join(ranks)}"


def _ranked(rank: Rank, number: int) -> str:
    """Return a number of people of a rank: 1 officer, 12 NCOs."""
    label = rank.label if rank.label[:2].isupper() else rank.label.lower()
    return f"{number:,} {label.removesuffix('s') if number == 1 else label}"


def _roots(records: NDArray[np.void]) -> NDArray[np.int64]:
    """Return for each event the one whose person was followed, to any depth, in this step."""
    own = np.arange(len(records))
    people = max(records["row"].max(), records["instigator"].max()) + 1
    ends = ENDS[records["transition"]].astype(np.int64) * people
    number, led = ends + records["row"], records["cause"] == Cause.COMMANDER
    wanted = np.where(led, ends + records["instigator"], -1)
    order = np.argsort(number, kind="stable")
    found = order[np.searchsorted(number[order], wanted).clip(max=len(records) - 1)]
    root = np.where(number[found] == wanted, found, own)
    while (root[root] != root).any():
        root = root[root]
    return root


def _who(run: Run, row: int) -> str:
    """Return a person's rank, unit and name in tables."""
    population, units = run.population, run.population.units
    unit = int(run.engine.leads[row])
    rank = Rank(population.rank[row])
    name = population.names(np.array([row]))[0]
    if unit == NOBODY:
        return f"{rank} in {_spoken(units.name(int(population.unit[row])))} ({name})"
    return f"{rank} of {_spoken(units.name(unit))} ({name})"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _plural(verb: str) -> str:
    """Return the predicate of many, given that of one: deserts, is arrested, resumes duty."""
    first, blank, rest = verb.partition(" ")
    many = {"is": "are", "has": "have"}.get(first, first.removesuffix("s"))
    return f"{many}{blank}{rest}"
