"""Forked runs: what scenarios have in common is run once, and each run goes on from there."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from defectsim.core.choices import EngineName
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Engine
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.engine.simulate import begin_run
from defectsim.engine.snapshots.prefix import ForkTree, Prefix, fork_trees
from defectsim.engine.snapshots.snapshot import Snapshot, unforkable

type Finish = Callable[[], Engine]
"""Runs a replicate to the end of its clock, and returns its engine."""


class ForkedRuns:
    """The runs of several setups.

    Parameters
    ----------
    fork
        Whether common prefixes are run once; without it every run begins at the start of the clock,
        with the same result. Runs of which no snapshot can be taken (`unforkable`) never fork.

    Attributes
    ----------
    setups
        Those given, which now share their armies where these are the same.
    fork_trees
        The trees by which their runs fork, army by army.
    """

    def __init__(
        self, setups: Sequence[StudySetup], engine: EngineName = "compiled", *, fork: bool = True
    ) -> None:
        armies: dict[str, list[int]] = {}
        for place, setup in enumerate(setups):
            armies.setdefault(setup.army, []).append(place)
        self.setups = [setup.like(setups[armies[setup.army][0]]) for setup in setups]
        self._engine = engine
        self.fork_trees = [self._trees(places, fork) for places in armies.values()]

    def _trees(self, places: Sequence[int], fork: bool) -> list[ForkTree]:
        alone, prefixes = [], {}
        for place in places:
            scenario = self.setups[place].scenario
            if fork and len(places) > 1 and not unforkable(scenario, self._engine):
                prefixes[place] = Prefix(scenario)
            else:
                alone.append(ForkTree(place, ()))
        return alone + fork_trees(prefixes)

    def runs(self, replicate: int) -> Iterator[tuple[int, Finish]]:
        """Yield the number of each setup, in any order, with what runs one replicate of it.

        Each is to be called before the next is asked for. An error of a run is raised by the call;
        an error in a common prefix, by the calls of all who have it.
        """
        for trees in self.fork_trees:
            replicates = _Replicates(self.setups, replicate, self._engine)
            for tree in trees:
                yield from replicates.of(tree, None)


class _Replicates:
    """One replicate of setups that share an army; its inputs are drawn once for all."""

    def __init__(self, setups: Sequence[StudySetup], replicate: int, engine: EngineName) -> None:
        self._setups, self._replicate, self._engine = setups, replicate, engine
        self._drawn: RunInputs | None = None

    def of(self, tree: ForkTree, snapshot: Snapshot | None) -> Iterator[tuple[int, Finish]]:
        """Yield the runs of a tree, which all begin from a snapshot."""
        run: Run | None = None
        for step, forks in groupby(tree.forks, key=lambda fork: fork[0]):
            try:
                run = run or self._begin(tree.place, snapshot)
                snapshot = run.run(step).snapshot()
            except Exception:  # whatever it is, each run with this prefix meets it when called
                run = None
            for _, fork in forks:
                yield from self.of(fork, snapshot)
        yield tree.place, lambda: (run or self._begin(tree.place, snapshot)).run().engine

    def _begin(self, place: int, snapshot: Snapshot | None) -> Run:
        setup = self._setups[place]
        if self._drawn is None:
            self._drawn = setup.inputs(self._replicate)
        inputs = setup.inputs_of(self._drawn)
        return begin_run(setup, self._replicate, self._engine, inputs=inputs, snapshot=snapshot)
