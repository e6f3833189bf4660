"""Living one replicate: from the start of the clock or from a state, to a step or to the clock's end."""

from typing import Any, Protocol, Self

from defectsim.core.choices import EngineName
from defectsim.engine.inputs import Engine, RunInputs
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.snapshot import Snapshot
from defectsim.engine.snapshots.state import begin, capture


class Living(Protocol):
    """One replicate while it is lived."""

    @property
    def engine(self) -> Engine:
        """The engine that lives it."""

    def run(self, until: int | None = None) -> Any:
        """Live until a step begins, or to the end of the clock; return this life."""

    def snapshot(self) -> Snapshot:
        """Return what the life has become, from which others can go on."""


class Bare:
    """A life of the compiled engine without a Mesa model: nothing in it is done in Python but what institutions do."""

    def __init__(
        self, setup: StudySetup, replicate: int, inputs: RunInputs, snapshot: Snapshot | None = None
    ) -> None:
        self._setup, self._replicate = setup, replicate
        self._body = begin(setup, inputs, snapshot)
        self.step = snapshot.step if snapshot else 0

    @property
    def engine(self) -> Engine:
        """The engine that lives it."""
        return self._body.engine

    def run(self, until: int | None = None) -> Self:
        """Live until a step begins, or to the end of the clock."""
        last = self._setup.scenario.clock.ahead(self.step, until)
        self._body.institutions.live(self.engine, self.step, last)
        self.step = last
        return self

    def snapshot(self) -> Snapshot:
        """Return what the life has become, from which others can go on."""
        return capture(self._setup, self._replicate, self._body, self.step)


def begin_run(
    setup: StudySetup,
    replicate: int,
    engine: EngineName = "compiled",
    *,
    inputs: RunInputs | None = None,
    snapshot: Snapshot | None = None,
) -> Living:
    """Begin to live one replicate.

    The compiled engine needs no Mesa model for it, unless the scenario has something done in Python between steps.

    Parameters
    ----------
    setting
        What the replicate begins with, where it is drawn already.
    state
        What the life has become, where it does not begin at the start of the clock. The scenario must have the past
        that was lived; see `engine.snapshots.prefix`.

    Raises
    ------
    SnapshotError
        Where a life cannot begin from a state; see `engine.snapshots.snapshot.unforkable`.
    """
    if snapshot and (snapshot.run.seed, snapshot.run.replicate) != (setup.seed, replicate):
        raise ValueError(
            f"the state is that of seed {snapshot.run.seed}, replicate {snapshot.run.replicate}"
        )
    inputs = inputs or setup.inputs(replicate)
    scripted = (
        setup.scenario.scripted or setup.calendar.waiting or (snapshot and snapshot.run.leaving)
    )
    if engine == "compiled" and not scripted:
        return Bare(setup, replicate, inputs, snapshot)
    from defectsim.engine.model import DefectionModel

    return DefectionModel(
        setup.scenario,
        replicate=replicate,
        engine=engine,
        setup=setup,
        inputs=inputs,
        snapshot=snapshot,
    )


def simulate(setup: StudySetup, replicate: int, engine: EngineName = "compiled") -> Engine:
    """Live one replicate from the start of the clock to its end, and return the engine that did."""
    lived: Engine = begin_run(setup, replicate, engine).run().engine
    return lived
