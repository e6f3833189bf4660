"""The one step, in the order in which it happens, for both engines and for every way of running."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from defectsim.engine.events import Departure
from defectsim.engine.institutions.institutions import Institutions
from defectsim.engine.protocol import Engine
from defectsim.engine.script import Script


class SteppedRun(Protocol):
    """A run, as a step uses it."""

    steps: int
    """Steps that have begun."""
    engine: Engine
    institutions: Institutions
    script: Script

    @property
    def idle(self) -> bool:
        """True if Python does nothing but institutions between steps."""

    def apply_writes(self, step: int) -> None:
        """Hand columns that somebody has written to the engine."""

    def take_departures(self) -> Sequence[Departure]:
        """Return, once, who has announced to leave."""


def take_step(run: SteppedRun, until: int) -> None:
    """Take the next step of a run, and those up to `until` in which people alone do anything."""
    step, idle = run.steps, run.idle
    run.steps = step + 1
    if not run.institutions.over:
        run.script.act(step)
        run.apply_writes(step)
        run.institutions.step(run.engine, step)
    if run.institutions.over:
        stand_still(run.engine, step)
    else:
        run.script.step_agents(step)
        run.apply_writes(step)
        run.steps = run.engine.advance(step, until if idle else step + 1, run.take_departures())
    run.script.observe()


def people_step(
    ask_rules: Callable[..., Any],
    cross_thresholds: Callable[..., Any],
    depart: Callable[..., Any],
    cascade: Callable[..., Any],
    settle: Callable[..., Any],
) -> Callable[..., None]:
    """Return the part of a step in which people decide, made of an engine's phases.

    The reference engine calls it as it is, the compiled engine compiles it.
    """

    def decide(run: Any, departures: Any, step: Any) -> None:
        ask_rules(run, step)
        cross_thresholds(run, step)
        depart(run, departures, step)
        cascade(run, step)
        settle(run, step)

    return decide


def stand_still(engine: Engine, step: int) -> None:
    """Settle the fall of the regime, and keep all as it is: what comes after is not modelled."""
    engine.cascade(step)
    engine.settle(step)
    engine.counts[step + 2 :] = engine.counts[step + 1]
    engine.doubting[step + 2 :] = engine.doubting[step + 1]
