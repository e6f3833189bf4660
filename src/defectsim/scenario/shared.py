"""How the lives of scenarios branch that have a past in common."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from defectsim.scenario.past import Past, Stretch


class Trunk(NamedTuple):
    """The life of one of several scenarios, from which others part that have the same past up to then."""

    place: int
    """Whose life it is, by number."""
    limbs: tuple[tuple[int, "Trunk"], ...]
    """The others, and the step up to which each has the same past; first those that part first."""


def trunks(pasts: Mapping[int, Past]) -> list[Trunk]:
    """Return how lives branch that have some pasts, known by number: a trunk for those that have anything in common.

    Where lives part, the trunk goes on with the most of them. So there are never more than log2(number) trunks to be
    kept in hand while limbs are lived.
    """
    stretches = {place: past.stretches for place, past in pasts.items()}
    groups: dict[str, list[int]] = {}
    for place, its in stretches.items():
        groups.setdefault(its[0].mark, []).append(place)
    return [_grown(group, 0, stretches) for group in groups.values()]


def _grown(members: list[int], at: int, stretches: Mapping[int, Sequence[Stretch]]) -> Trunk:
    """Return how the lives of some members branch who have in common all stretches up to number `at`."""
    limbs: list[tuple[int, Trunk]] = []
    while len(members) > 1:
        step = min(stretches[member][at].end for member in members)
        parts: dict[str | int, tuple[list[int], int]] = {}
        for member in members:
            its = stretches[member]
            reached = at if its[at].end > step else at + 1
            mark = its[reached].mark if reached < len(its) else member
            parts.setdefault(mark, ([], reached))[0].append(member)
        *fewer, (members, at) = sorted(parts.values(), key=lambda part: len(part[0]))
        limbs += [(step, _grown(*few, stretches)) for few in fewer]
    return Trunk(members[0], tuple(limbs))
