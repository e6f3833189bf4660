"""Policies and acts that contradict each other, or say the same thing twice; each fault names both."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from defectsim.core.clock import Clock
from defectsim.core.section import Number, Refusal
from defectsim.model.levers import Lever
from defectsim.model.transitions import Rank
from defectsim.policies.acts import ActSection
from defectsim.policies.audience import Audience
from defectsim.policies.policy import Policy
from defectsim.population.names import parse_name, unknown_person
from defectsim.population.spec import Forces, by_rank, sizes

type PersonGroup = tuple[str, Rank, bool]
"""A branch, a rank, and whether in the capital."""


@dataclass(frozen=True)
class Sharing:
    """The armed forces, as far as audiences can tell people apart; anybody may be as exposed to sanctions as asked."""

    forces: Forces

    def shared(self, one: Audience, other: Audience) -> bool:
        """Say whether somebody may belong to both."""
        if (
            one.agents is not None
            and other.agents is not None
            and not set(one.agents) & set(other.agents)
        ):
            return False
        return bool(self._kinds(one) & self._kinds(other))

    def _kinds(self, audience: Audience) -> set[PersonGroup]:
        blocks = (
            None
            if audience.agents is None
            else {name[0] for name in map(parse_name, audience.agents) if name}
        )
        ranks = {rank for rank in Rank if audience.rank is None or str(rank) in audience.rank}
        return {
            (branch, rank, capital)
            for branch, rank, capital in self._all
            if (audience.branch is None or branch in audience.branch)
            and (
                audience.service is None or self.forces.branches[branch].service in audience.service
            )
            and rank in ranks
            and (audience.capital is None or capital == audience.capital)
            and (
                blocks is None
                or (branch, "general" if rank == Rank.GENERAL else "soldier") in blocks
            )
        }

    @cached_property
    def _all(self) -> set[PersonGroup]:
        """Return what there may be; where some brigades are in the capital, people of any rank may be here or there."""
        found: set[PersonGroup] = set()
        for name, branch in self.forces.branches.items():
            there = [rank for rank, count in by_rank(self.forces.company, branch).items() if count]
            share = branch.capital.value
            found |= {
                (name, rank, place) for rank, place in product(there, {share > 0, share == 1})
            }
        return found


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
"""Those of them that go on when what they need is over: promises are kept later than they are made."""

OFFERS = ("off_ramp", "amnesty", "reception", "pay_replacement")
"""What a deadline can be set for."""

OPPOSITE_ACTS = [{f"defectsim.policies.government:{name}" for name in ("designate", "delist")}]


def strangers(
    sections: Mapping[str, Policy] | Mapping[str, ActSection], forces: Forces
) -> list[Refusal]:
    """Find names in the audiences of policies, or of acts, that nobody has."""
    return [
        ((name, "audience", "agents", place), message)
        for name, section in sections.items()
        for place, agent in enumerate(section.audience.agents or ())
        if (message := unknown_person(agent, sizes(forces.branches)))
    ]


def between_steps(
    policies: Mapping[str, Policy], clock: Clock, levers: Mapping[str, Lever]
) -> list[Refusal]:
    """Find policies that are in effect within the clock, but on no day on which a step begins."""
    message = "is in effect between two steps only, and so moves nothing; use a shorter step_days"
    return [
        ((name,), message)
        for name, one in policies.items()
        if _misses(one, one.begins(levers[one.lever]), clock)
    ]


def opposed(acts: Mapping[str, ActSection], forces: Forces) -> list[Refusal]:
    """Find acts that undo each other on one day."""
    shared = Sharing(forces).shared
    return [
        (
            (later,),
            f"undoes, on {two.date}, what the act {first} does to some of the same people: keep one of them",
        )
        for (first, one), (later, two) in combinations(acts.items(), 2)
        if one.date == two.date
        and {one.act, two.act} in OPPOSITE_ACTS
        and shared(one.audience, two.audience)
    ]


@dataclass(frozen=True)
class Conflicts:
    """The policies of a scenario, held against each other.

    A policy whose value changes nothing, or which reaches nobody, is in nobody's way. One that waits for something
    counts from the day on which it may begin.
    """

    policies: Mapping[str, Policy]
    conditions: Mapping[str, Number]
    levers: Mapping[str, Lever]
    forces: Forces

    def found(self) -> list[Refusal]:
        """Return everything that is wrong."""
        return [*self._overlaps(), *self._groundless(), *self._deadlines()]

    @cached_property
    def _sharing(self) -> Sharing:
        return Sharing(self.forces)

    @cached_property
    def _acting(self) -> list[tuple[str, Policy]]:
        """Return policies that change something for somebody, in the order in which they begin."""
        some = [
            (name, policy)
            for name, policy in self.policies.items()
            if policy.value.value != self._lever(policy).neutral
            and self._sharing.shared(policy.audience, policy.audience)
        ]
        return sorted(some, key=lambda named: (self._begins(named[1]), named[0]))

    def _lever(self, policy: Policy) -> Lever:
        return self.levers[policy.lever]

    def _begins(self, policy: Policy) -> dt.date:
        return policy.begins(self._lever(policy))

    def _meet(self, one: Policy, other: Policy) -> bool:
        """Say whether both are in effect on some day for somebody."""
        begins = max(self._begins(one), self._begins(other))
        together = all(policy.until is None or begins < policy.until for policy in (one, other))
        return together and self._sharing.shared(one.audience, other.audience)

    def _overlaps(self) -> Iterator[Refusal]:
        for (first, one), (later, two) in combinations(self._acting, 2):
            if one.lever == two.lever and one.actor == two.actor and self._meet(one, two):
                who = (
                    f"by the same actor, {one.actor}" if one.actor else "and neither names an actor"
                )
                yield (
                    (later,),
                    f"moves {two.lever} for people for whom {first} ({_period(one, self._begins(one))}) moves it too, "
                    f"{who}: end {first} with until: {self._begins(two)}, or keep one of them, or give them audiences "
                    "that share nobody",
                )

    def _groundless(self) -> Iterator[Refusal]:
        """Find policies on levers that mean nothing without another."""
        for name, policy in self._acting:
            needed, does = NEEDS.get(policy.lever, ((), ""))
            if not needed or any(self._stands(lever) for lever in needed):
                continue
            grounds = [(other, ground) for other, ground in self._acting if ground.lever in needed]
            if not any(self._gives_ground(ground, policy) for _, ground in grounds):
                yield (name,), f"{does}: {_none_of(needed, grounds, self._begins)}"

    def _stands(self, lever: str) -> bool:
        """Say whether a condition moves a lever for everybody, all the time."""
        return (
            lever in self.conditions and self.conditions[lever].value != self.levers[lever].neutral
        )

    def _gives_ground(self, ground: Policy, policy: Policy) -> bool:
        if policy.lever not in OUTLASTS:
            return self._meet(ground, policy)
        in_time = policy.until is None or self._begins(ground) < policy.until
        return in_time and self._sharing.shared(ground.audience, policy.audience)

    def _deadlines(self) -> Iterator[Refusal]:
        """Find deadlines for nothing, and offers that outlive their deadline."""
        for name, policy in self._acting:
            if policy.lever != "deadline":
                continue
            offers = [
                (n, one)
                for n, one in self._acting
                if one.lever in OFFERS and one.actor == policy.actor
            ]
            met = [(other, offer) for other, offer in offers if self._meet(offer, policy)]
            if not met:
                who = policy.actor or "whoever sets it"
                yield (
                    (name,),
                    f"is a deadline for nothing that {who} offers: {_none_of(OFFERS, offers, self._begins)}",
                )
            for other, offer in met:
                if policy.until and (offer.until is None or offer.until > policy.until):
                    ends = f"until {offer.until}" if offer.until else "without an end"
                    yield (
                        (other,),
                        f"is offered {ends}, which makes the deadline {name} (until {policy.until}) none: end it with "
                        f"until: {policy.until}, or give the deadline a later day",
                    )


def _none_of(
    levers: Iterable[str], grounds: list[tuple[str, Policy]], begins: Callable[[Policy], dt.date]
) -> str:
    """Say that nothing on some levers is in effect for the same people at the same time, and what there is instead."""
    nothing = f"nothing on {' or '.join(levers)} reaches any of the same people meanwhile"
    there = ", ".join(
        f"{name} ({_period(ground, begins(ground))}; {ground.audience})" for name, ground in grounds
    )
    return (
        f"{nothing}; there is {there}" if there else f"{nothing}; write one, or take this one out"
    )


def _misses(policy: Policy, begins: dt.date, clock: Clock) -> bool:
    if policy.until is None:
        return False
    first = max((begins - clock.start).days, 0)
    last = (min(policy.until, clock.end) - clock.start).days
    return first < last <= clock.step_on(begins) * int(clock.step_days)


def _period(policy: Policy, begins: dt.date) -> str:
    return f"from {begins}" + (f" until {policy.until}" if policy.until else "")
