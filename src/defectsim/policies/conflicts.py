"""Policies and acts that contradict or repeat each other; each fault names both."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from defectsim.core.clock import Clock
from defectsim.core.section import Number, Refusal
from defectsim.model.levers import Lever
from defectsim.model.transitions import Rank
from defectsim.policies.acts import ActSection
from defectsim.policies.audience import Audience
from defectsim.policies.policy import Policy
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


def person_groups(forces: Forces) -> set[PersonGroup]:
    """Return the groups of the forces, of any rank in and outside the capital."""
    found: set[PersonGroup] = set()
    for name, branch in forces.branches.items():
        share = branch.capital.value
        for rank, count in rank_counts(forces.company, branch).items():
            if count:
                found |= {(name, str(rank), share > 0), (name, str(rank), share == 1)}
    return found


def reach(audience: Audience, forces: Forces, groups: set[PersonGroup]) -> set[PersonGroup]:
    """Return the groups with somebody in an audience, whatever their exposure."""
    blocks = {name[0] for name in map(parse_name, audience.agents or ()) if name}
    return {
        (branch, rank, capital)
        for branch, rank, capital in groups
        if (audience.branch is None or branch in audience.branch)
        and (audience.service is None or forces.branches[branch].service in audience.service)
        and (audience.rank is None or rank in audience.rank)
        and audience.capital in (None, capital)
        and (audience.agents is None or (branch, _kind(rank)) in blocks)
    }


def _kind(rank: str) -> str:
    return "general" if rank == str(Rank.GENERAL) else "soldier"


def _named_apart(one: Audience, other: Audience) -> bool:
    """Return whether both audiences name people, and none in common."""
    both = one.agents is not None and other.agents is not None
    return both and not {*(one.agents or ())} & {*(other.agents or ())}


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
    """Return acts whose date no step of the clock reaches."""
    message = "no step begins on this date, or after it, within the clock"
    return [
        ((name, "date"), message)
        for name, act in acts.items()
        if act.date < clock.start or clock.step_on(act.date) >= clock.steps
    ]


def opposed_acts(acts: Mapping[str, ActSection], forces: Forces) -> list[Refusal]:
    """Return acts that undo another one on the same day."""
    groups = person_groups(forces)
    return [
        (
            (later,),
            f"undoes, on {two.date}, what the act {first} does to some of the same people: "
            "keep one of them",
        )
        for (first, one), (later, two) in combinations(acts.items(), 2)
        if one.date == two.date
        and {one.act, two.act} in OPPOSITE_ACTS
        and not _named_apart(one.audience, two.audience)
        and reach(one.audience, forces, groups) & reach(two.audience, forces, groups)
    ]


def between_steps(
    policies: Mapping[str, Policy], clock: Clock, levers: Mapping[str, Lever]
) -> list[Refusal]:
    """Return policies that begin and end within the clock, but between two steps."""
    message = "is in effect between two steps only, and so moves nothing; use a shorter step_days"
    faults: list[Refusal] = []
    for name, policy in policies.items():
        if policy.until is not None:
            begins = policy.begins(levers[policy.lever])
            first = max((begins - clock.start).days, 0)
            last = (min(policy.until, clock.end) - clock.start).days
            if first < last <= clock.step_on(begins) * int(clock.step_days):
                faults.append(((name,), message))
    return faults


@dataclass(frozen=True)
class Measure:
    """A policy that changes something for somebody, from a day on.

    A policy that waits for a condition counts from the day on which it may begin.
    """

    name: str
    policy: Policy
    begins: dt.date
    groups: set[PersonGroup]

    @property
    def period(self) -> str:
        """The days on which it is in effect, in words."""
        until = f" until {self.policy.until}" if self.policy.until else ""
        return f"from {self.begins}{until}"

    def begins_within(self, other: "Measure") -> bool:
        """Return whether it begins before the other ends."""
        return other.policy.until is None or self.begins < other.policy.until

    def shares_people(self, other: "Measure") -> bool:
        """Return whether somebody may be reached by both."""
        apart = _named_apart(self.policy.audience, other.policy.audience)
        return not apart and bool(self.groups & other.groups)

    def meets(self, other: "Measure") -> bool:
        """Return whether both are in effect on some day for somebody."""
        together = self.begins_within(other) and other.begins_within(self)
        return together and self.shares_people(other)

    def grounds(self, other: "Measure") -> bool:
        """Return whether another measure that needs this one has it."""
        if other.policy.lever in OUTLASTS:
            return self.begins_within(other) and self.shares_people(other)
        return self.meets(other)


def conflicts(
    policies: Mapping[str, Policy],
    conditions: Mapping[str, Number],
    levers: Mapping[str, Lever],
    forces: Forces,
) -> list[Refusal]:
    """Return every conflict between the policies of a scenario."""
    measures, everybody = [], person_groups(forces)
    for name, policy in policies.items():
        lever, groups = levers[policy.lever], reach(policy.audience, forces, everybody)
        if policy.value.value != lever.neutral and groups:
            measures.append(Measure(name, policy, policy.begins(lever), groups))
    measures.sort(key=lambda measure: (measure.begins, measure.name))
    standing = {name for name, one in conditions.items() if one.value != levers[name].neutral}
    return [*_overlaps(measures), *_groundless(measures, standing), *_deadlines(measures)]


def _overlaps(measures: Sequence[Measure]) -> Iterator[Refusal]:
    """Yield measures that overlap an earlier one of the same actor."""
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


def _groundless(measures: Sequence[Measure], standing: set[str]) -> Iterator[Refusal]:
    """Yield measures on levers that mean nothing without another.

    `standing` are the levers that conditions move for everybody, all the time.
    """
    for measure in measures:
        needed, does = NEEDS.get(measure.policy.lever, ((), ""))
        if not needed or standing & set(needed):
            continue
        grounds = [other for other in measures if other.policy.lever in needed]
        if not any(other.grounds(measure) for other in grounds):
            yield (measure.name,), f"{does}: {_none_of(needed, grounds)}"


def _deadlines(measures: Sequence[Measure]) -> Iterator[Refusal]:
    """Yield deadlines for nothing, and offers that outlive their deadline."""
    for measure in measures:
        policy = measure.policy
        if policy.lever != "deadline":
            continue
        offers = [
            other
            for other in measures
            if other.policy.lever in OFFERS and other.policy.actor == policy.actor
        ]
        met = [offer for offer in offers if offer.meets(measure)]
        if not met:
            who = policy.actor or "whoever sets it"
            nothing = _none_of(OFFERS, offers)
            yield (measure.name,), f"is a deadline for nothing that {who} offers: {nothing}"
        for offer in met:
            end = offer.policy.until
            if policy.until and (end is None or end > policy.until):
                ends = f"until {end}" if end else "without an end"
                yield (
                    (offer.name,),
                    f"is offered {ends}, which makes the deadline {measure.name} (until "
                    f"{policy.until}) none: end it with until: {policy.until}, or give the "
                    "deadline a later day",
                )


def _none_of(levers: Iterable[str], grounds: Sequence[Measure]) -> str:
    """Return in words that no measure on some levers meets another."""
    nothing = f"nothing on {' or '.join(levers)} reaches any of the same people meanwhile"
    there = ", ".join(f"{one.name} ({one.period}; {one.policy.audience})" for one in grounds)
    return f"{nothing}; " + (f"there is {there}" if there else "write one, or take this one out")
