"""Lives that share a past: it is lived once, and each life goes on from there as its own scenario says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from defectsim.engine.inputs import Engine, RunInputs
from defectsim.engine.setup import EngineName, StudySetup
from defectsim.engine.simulate import Living, begin_run
from defectsim.engine.snapshots.prefix import Prefix, Segment
from defectsim.engine.snapshots.state import Snapshot, unforkable


class ForkTree(NamedTuple):
    """The life of one of several scenarios, from which others part that have the same past up to then."""

    place: int
    """Whose life it is, by number."""
    forks: tuple[tuple[int, "ForkTree"], ...]
    """The others, and the step up to which each has the same past; first those that part first."""


def fork_trees(pasts: Mapping[int, Prefix]) -> list[ForkTree]:
    """Return how lives branch that have some pasts, known by number: a trunk for those that have anything in common.

    Where lives part, the trunk goes on with the most of them. So there are never more than log2(number) trunks to be
    kept in hand while limbs are lived.
    """
    segments = {place: past.segments for place, past in pasts.items()}
    groups: dict[str, list[int]] = {}
    for place, its in segments.items():
        groups.setdefault(its[0].mark, []).append(place)
    return [_grown(group, 0, segments) for group in groups.values()]


def _grown(members: list[int], at: int, segments: Mapping[int, Sequence[Segment]]) -> ForkTree:
    """Return how the lives of some members branch who have in common all stretches up to number `at`."""
    forks: list[tuple[int, ForkTree]] = []
    while len(members) > 1:
        step = min(segments[member][at].end for member in members)
        parts: dict[str | int, tuple[list[int], int]] = {}
        for member in members:
            its = segments[member]
            reached = at if its[at].end > step else at + 1
            mark = its[reached].mark if reached < len(its) else member
            parts.setdefault(mark, ([], reached))[0].append(member)
        *fewer, (members, at) = sorted(parts.values(), key=lambda part: len(part[0]))
        forks += [(step, _grown(*few, segments)) for few in fewer]
    return ForkTree(members[0], tuple(forks))


type Life = Callable[[], Engine]
"""Lives a replicate to the end of its clock, and returns the engine that did."""


class ForkedRuns:
    """Several starts, with what their lives share.

    Parameters
    ----------
    engine
        Which engine lives them.
    fork
        Whether common pasts are lived once; without it every life is lived from the start of the clock. The lives are
        the same. Those of which no state can be taken (`engine.snapshots.state.unforkable`) are never forked.

    Attributes
    ----------
    starts
        Those given, which now share their armies where these are the same.
    trunks
        How their lives branch, army by army.
    """

    def __init__(
        self, setups: Sequence[StudySetup], engine: EngineName = "compiled", *, fork: bool = True
    ) -> None:
        armies: dict[str, list[int]] = {}
        for place, setup in enumerate(setups):
            armies.setdefault(setup.army, []).append(place)
        self.setups = [setup.like(setups[armies[setup.army][0]]) for setup in setups]
        self._engine = engine
        self.fork_trees = [self._branching(places, fork) for places in armies.values()]

    def _branching(self, places: Sequence[int], fork: bool) -> list[ForkTree]:
        scenarios = {place: self.setups[place].scenario for place in places}
        able = {
            place: Prefix(one)
            for place, one in scenarios.items()
            if fork and not unforkable(one, self._engine)
        }
        return [ForkTree(place, ()) for place in places if place not in able] + fork_trees(able)

    def lives(self, replicate: int) -> Iterator[tuple[int, Life]]:
        """Yield the number of each start, in no order that matters, with what lives one replicate of it.

        Each is to be called before the next is asked for. What goes wrong in a life goes wrong in the call; what goes
        wrong in a common past, in the calls of all who have it. What a replicate begins with is drawn once for the
        starts that share an army.
        """
        for army in self.fork_trees:
            lives = _Lives(self.setups, replicate, self._engine)
            for tree in army:
                yield from lives.grown(tree, None)


class _Lives:
    """The lives of one replicate that begin with the same draws."""

    def __init__(self, setups: Sequence[StudySetup], replicate: int, engine: EngineName) -> None:
        self._setups, self._replicate, self._engine = setups, replicate, engine
        self._drawn: RunInputs | None = None

    def grown(self, tree: ForkTree, snapshot: Snapshot | None) -> Iterator[tuple[int, Life]]:
        """Yield the lives of a trunk and of its limbs, which all begin from a state."""
        life: Living | None = None
        for step, forks in groupby(tree.forks, key=lambda fork: fork[0]):
            try:
                life = life or self._begun(tree.place, snapshot)
                snapshot = life.run(step).snapshot()
            except (
                Exception
            ):  # whatever it is, each of those who have this past meets it when it is called
                life = None
            for _, fork in forks:
                yield from self.grown(fork, snapshot)
        yield tree.place, lambda: (life or self._begun(tree.place, snapshot)).run().engine

    def _begun(self, place: int, snapshot: Snapshot | None) -> Living:
        setup = self._setups[place]
        if self._drawn is None:
            self._drawn = setup.inputs(self._replicate)
        inputs = setup.inputs_of(self._drawn)
        return begin_run(setup, self._replicate, self._engine, inputs=inputs, snapshot=snapshot)
