"""The one step, in the order in which it happens, for both engines and for every way of running."""

from collections.abc import Callable
from typing import Any

from defectsim.engine import script
from defectsim.engine.institutions import institutions
from defectsim.engine.protocol import Engine
from defectsim.engine.script import SteppedRun


def take_step(run: SteppedRun, until: int) -> None:
    """Take the next step of a run, and those up to `until` in which people alone do anything."""
    step, idle = run.steps, run.idle
    run.steps = step + 1
    if not run.institutions.succeeded:
        script.act(run, step)
        run.apply_writes(step)
        institutions.step(run, step)
    if run.institutions.succeeded:
        stand_still(run.engine, step)
    else:
        script.step_agents(run, step)
        run.apply_writes(step)
        run.steps = run.engine.advance(step, until if idle else step + 1, run.take_departures())
    script.observe(run)


def people_step(
    ask_rules: Callable[..., Any],
    cross_thresholds: Callable[..., Any],
    depart: Callable[..., Any],
    pull_again: Callable[..., Any],
    cascade: Callable[..., Any],
    settle: Callable[..., Any],
) -> Callable[..., None]:
    """Return the part of a step in which people decide, made of an engine's phases.

    The reference engine calls it as it is, the compiled engine compiles it.
    """

    def decide(run: Any, departures: Any, step: Any) -> None:
        ask_rules(run, step)
        cross_thresholds(run, step)
        if len(departures) > 0:
            depart(run, departures, step)
        pull_again(run, step)
        cascade(run, step)
        settle(run, step)

    return decide


def stand_still(engine: Engine, step: int) -> None:
    """Settle the fall of the regime, and keep all as it is: what comes after is not modelled."""
    engine.cascade(step)
    engine.settle(step)
    engine.counts[step + 2 :] = engine.counts[step + 1]
    engine.doubting[step + 2 :] = engine.doubting[step + 1]
