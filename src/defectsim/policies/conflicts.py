"""Policies and acts that contradict or repeat each other; each fault names both."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from defectsim.core.clock import Clock
from defectsim.core.section import Number, Refusal
from defectsim.model.levers import Lever
from defectsim.model.transitions import Rank
from defectsim.policies.acts import ActSection
from defectsim.policies.audience import Audience
from defectsim.policies.policy import Policy
from defectsim.policies.series import SeriesValue, amount, extent
from defectsim.population.forces import Forces, block_sizes, rank_counts
from defectsim.population.names import parse_name, unknown_person

NEEDS = {
    "off_ramp": (("sanctions",), "offers relief from nothing"),
    "threat": (("sanctions",), "threatens with nothing"),
    "pay_replacement": (("reception",), "promises pay that nobody would hand out"),
    "amnesty_repeal": (("amnesty",), "repeals what nobody offers"),
    "delisted": (("off_ramp",), "keeps a promise that nobody made"),
    "pardoned": (("amnesty",), "keeps a promise that nobody made"),
    "received": (("reception",), "keeps a promise that nobody made"),
}
"""Levers that mean nothing without one of others, and what a policy on them then does."""

OUTLASTS = frozenset({"delisted", "pardoned", "received"})
"""Levers among them that go on after what they need: promises are kept later than made."""

OFFERS = ("off_ramp", "amnesty", "reception", "pay_replacement")
"""Levers that a deadline can be set for."""

OPPOSITE_ACTS = [{f"defectsim.policies.government:{name}" for name in ("designate", "delist")}]

type PersonGroup = tuple[str, str, bool]
"""A branch, a rank, and whether in the capital."""


def reach(audience: Audience, forces: Forces) -> set[PersonGroup]:
    """Return the groups with somebody in an audience, whatever their exposure."""
    blocks = {name[0] for name in map(parse_name, audience.agents or ()) if name}
    found: set[PersonGroup] = set()
    for name, branch in forces.branches.items():
        if audience.branch is not None and name not in audience.branch:
            continue
        if audience.service is not None and branch.service not in audience.service:
            continue
        share = branch.capital.value
        places = {share > 0, share == 1}
        for rank, count in rank_counts(forces.company, branch).items():
            kind = "general" if rank == Rank.GENERAL else "soldier"
            if (
                count
                and (audience.rank is None or str(rank) in audience.rank)
                and (audience.agents is None or (name, kind) in blocks)
            ):
                found |= {(name, str(rank), place) for place in places}
    return {group for group in found if audience.capital in (None, group[2])}


def share_people(one: Audience, other: Audience, forces: Forces) -> bool:
    """Return whether somebody may be in both audiences."""
    if one.agents is not None and other.agents is not None and not {*one.agents} & {*other.agents}:
        return False
    return bool(reach(one, forces) & reach(other, forces))


def strangers(
    sections: Mapping[str, Policy] | Mapping[str, ActSection], forces: Forces
) -> list[Refusal]:
    """Return names in the audiences of policies or acts that nobody has."""
    people = block_sizes(forces.branches)
    return [
        ((name, "audience", "agents", place), message)
        for name, section in sections.items()
        for place, agent in enumerate(section.audience.agents or ())
        if (message := unknown_person(agent, people))
    ]


def missed_acts(acts: Mapping[str, ActSection], clock: Clock) -> list[Refusal]:
    """Return acts whose first date no step of the clock reaches, and repetitions within one step."""
    faults: list[Refusal] = []
    for name, act in acts.items():
        if message := _missed(act.first, clock):
            faults.append(((name, "from" if act.every else "date"), message))
            continue
        for before, date in pairwise(act.dates(clock.end)):
            if clock.step_on(before) == (step := clock.step_on(date)) < clock.steps:
                both = f"both {before} and {date} fall into the step of {clock.date(step)}"
                faults.append(
                    ((name, "every"), f"{both}: repeat it less often, or take shorter steps")
                )
                break
    return faults


def _missed(date: dt.date, clock: Clock) -> str | None:
    """Return why no step of the clock begins on a date or after it, where it is not too early."""
    if date < clock.start:
        return f"{date} is before the clock, which begins on {clock.start}: give that day or a later one"
    if clock.step_on(date) >= clock.steps:
        last = clock.date(clock.steps - 1)
        return f"no step begins on {date} or after it, for the last begins on {last}: give an earlier day"
    return None


def opposed_acts(acts: Mapping[str, ActSection], forces: Forces, end: dt.date) -> list[Refusal]:
    """Return acts that undo another one on the same day, before an `end`."""
    return [
        (
            (later,),
            f"undoes, on {min(days)}, what the act {first} does to some of the same people: "
            "keep one of them",
        )
        for (first, one), (later, two) in combinations(acts.items(), 2)
        if {one.act, two.act} in OPPOSITE_ACTS
        and (days := {*one.dates(end)} & {*two.dates(end)})
        and share_people(one.audience, two.audience, forces)
    ]


def between_steps(
    policies: Mapping[str, Policy], clock: Clock, levers: Mapping[str, Lever]
) -> list[Refusal]:
    """Return policies that begin and end within the clock, but between two steps."""
    message = "is in effect between two steps only, and so moves nothing; use a shorter step_days"
    faults: list[Refusal] = []
    for name, policy in policies.items():
        begins = policy.begins(levers[policy.lever])
        first = max((begins - clock.start).days, 0)
        last = (min(policy.until or clock.end, clock.end) - clock.start).days
        if policy.until and first < last <= clock.step_on(begins) * int(clock.step_days):
            faults.append(((name,), message))
    return faults


class Measure(NamedTuple):
    """A policy that changes something for somebody, from a day on.

    A policy that waits for a condition counts from the day on which it may begin.
    """

    name: str
    policy: Policy
    begins: dt.date
    forces: Forces

    @property
    def period(self) -> str:
        """The days on which it is in effect, in words."""
        until = f" until {self.policy.until}" if self.policy.until else ""
        return f"from {self.begins}{until}"

    def begins_within(self, other: "Measure") -> bool:
        """Return whether it begins before the other ends."""
        return other.policy.until is None or self.begins < other.policy.until

    def meets(self, other: "Measure", *, later: bool = False) -> bool:
        """Return whether both are in effect on some day, or the other `later`, for somebody."""
        together = self.begins_within(other) and (later or other.begins_within(self))
        return together and share_people(self.policy.audience, other.policy.audience, self.forces)


def between_policies(
    policies: Mapping[str, Policy],
    conditions: Mapping[str, Number | SeriesValue] | None,
    levers: Mapping[str, Lever],
    forces: Forces,
) -> list[Refusal]:
    """Return every conflict between the policies of a scenario.

    Parameters
    ----------
    conditions
        None if conditions or policies are left out: what a policy needs may be among them.
    """
    measures = [
        Measure(name, policy, policy.begins(levers[policy.lever]), forces)
        for name, policy in policies.items()
        if _moves(policy.value, levers[policy.lever].neutral) and reach(policy.audience, forces)
    ]
    measures.sort(key=lambda measure: (measure.begins, measure.name))
    if conditions is None:
        return list(_overlaps(measures))
    moved = {name for name, one in conditions.items() if _moves(one, levers[name].neutral)}
    return [*_overlaps(measures), *_groundless(measures, moved), *_deadlines(measures)]


def _moves(value: Number | SeriesValue, neutral: float) -> bool:
    return extent(amount(value)) != (neutral, neutral)


def _overlaps(measures: Sequence[Measure]) -> Iterator[Refusal]:
    for one, two in combinations(measures, 2):
        actor = two.policy.actor
        same = one.policy.lever == two.policy.lever and one.policy.actor == actor
        if same and one.meets(two):
            who = f"by the same actor, {actor}" if actor else "and neither names an actor"
            yield (
                (two.name,),
                f"moves {two.policy.lever} for people for whom {one.name} ({one.period}) moves it "
                f"too, {who}: end {one.name} with until: {two.begins}, or keep one of them, or "
                "give them audiences that share nobody",
            )


def _groundless(measures: Sequence[Measure], conditions: set[str]) -> Iterator[Refusal]:
    """Yield measures on levers that need another one, which neither measure nor condition moves."""
    for measure in measures:
        needed, does = NEEDS.get(measure.policy.lever, ((), ""))
        if not needed or conditions & set(needed):
            continue
        grounds = [other for other in measures if other.policy.lever in needed]
        later = measure.policy.lever in OUTLASTS
        if not any(other.meets(measure, later=later) for other in grounds):
            yield (measure.name,), f"{does}: {_none_of(needed, grounds)}"


def _deadlines(measures: Sequence[Measure]) -> Iterator[Refusal]:
    """Yield deadlines for nothing, and offers that outlive their deadline."""
    for measure in measures:
        actor, until = measure.policy.actor, measure.policy.until
        if measure.policy.lever != "deadline":
            continue
        offers = [
            other
            for other in measures
            if other.policy.lever in OFFERS and other.policy.actor == actor
        ]
        met = [offer for offer in offers if offer.meets(measure)]
        if not met:
            who, nothing = actor or "whoever sets it", _none_of(OFFERS, offers)
            yield (measure.name,), f"is a deadline for nothing that {who} offers: {nothing}"
        for offer in met:
            end = offer.policy.until
            if until and (end is None or end > until):
                ends = f"until {end}" if end else "without an end"
                yield (
                    (offer.name,),
                    f"is offered {ends}, which makes the deadline {measure.name} (until {until}) "
                    f"none: end it with until: {until}, or give the deadline a later day",
                )


def _none_of(levers: Iterable[str], grounds: Sequence[Measure]) -> str:
    nothing = f"nothing on {' or '.join(levers)} reaches any of the same people meanwhile"
    there = ", ".join(f"{one.name} ({one.period}; {one.policy.audience})" for one in grounds)
    return f"{nothing}; " + (f"there is {there}" if there else "write one, or take this one out")
