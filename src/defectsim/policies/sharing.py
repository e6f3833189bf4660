"""Whether two audiences can have somebody in common."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

from defectsim.core.statuses import Rank
from defectsim.policies.audience import Audience
from defectsim.population.names import parsed
from defectsim.population.spec import Forces, by_rank

type Kind = tuple[str, Rank, bool]
"""A branch, a rank, and whether in the capital."""


@dataclass(frozen=True)
class Sharing:
    """The armed forces, as far as audiences can tell people apart; anybody may be as exposed to sanctions as asked."""

    forces: Forces

    def shared(self, one: Audience, other: Audience) -> bool:
        """Say whether somebody may belong to both."""
        if one.agents is not None and other.agents is not None and not set(one.agents) & set(other.agents):
            return False
        return bool(self._kinds(one) & self._kinds(other))

    def _kinds(self, audience: Audience) -> set[Kind]:
        blocks = None if audience.agents is None else {name[0] for name in map(parsed, audience.agents) if name}
        ranks = {rank for rank in Rank if audience.rank is None or str(rank) in audience.rank}
        return {
            (branch, rank, capital)
            for branch, rank, capital in self._all
            if (audience.branch is None or branch in audience.branch)
            and (audience.service is None or self.forces.branches[branch].service in audience.service)
            and rank in ranks
            and (audience.capital is None or capital == audience.capital)
            and (blocks is None or (branch, "general" if rank == Rank.GENERAL else "soldier") in blocks)
        }

    @cached_property
    def _all(self) -> set[Kind]:
        """Return what there may be; where some brigades are in the capital, people of any rank may be here or there."""
        found: set[Kind] = set()
        for name, branch in self.forces.branches.items():
            there = [rank for rank, count in by_rank(self.forces.company, branch).items() if count]
            share = branch.capital.value
            found |= {(name, rank, place) for rank, place in product(there, {share > 0, share == 1})}
        return found
