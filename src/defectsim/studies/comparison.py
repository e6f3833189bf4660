"""Studies of scenarios as they are: of one, or of several on common seeds."""

from collections.abc import Mapping
from typing import Any

from defectsim.core.errors import PlanError
from defectsim.scenario.load import Base
from defectsim.scenario.overrides import overrides_to
from defectsim.scenario.schema import Scenario
from defectsim.studies.manifest import CodeUsed
from defectsim.studies.plan import Plan, Point

SINGLE, COMPARISON = "single", "comparison"
"""Kinds of designs, besides those that sweep files have."""
SCENARIO = "scenario"
"""What varies in a comparison."""
EVENTS = "events"
"""What the design of a comparison calls those scenarios that keep events."""


def single(scenario: Scenario, replicates: int, seed: int) -> Plan:
    """Return the study of one scenario."""
    return _of(scenario.name, {"": scenario}, {"kind": SINGLE}, replicates, seed)


def comparison(
    name: str,
    scenarios: Mapping[str, Scenario],
    replicates: int,
    seed: int,
    kept: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the study that compares scenarios, by name, with the first of them, on common seeds.

    Parameters
    ----------
    kept
        What its design keeps of how it is to be looked at.

    Raises
    ------
    PlanError
        Where their clocks differ, so that they begin, look or end on other dates.
    """
    _refuse_other_clocks(scenarios)
    events = [called for called, one in scenarios.items() if one.record.events]
    design = {"kind": COMPARISON, EVENTS: events, **(kept or {})}
    return _of(name, scenarios, design, replicates, seed)


def _refuse_other_clocks(scenarios: Mapping[str, Scenario]) -> None:
    (first, base), *others = ((name, _clock(scenario)) for name, scenario in scenarios.items())
    faults = [
        f"clock.{part} is {value} in {name} and {base[part]} in {first}"
        for name, clock in others
        for part, value in clock.items()
        if value != base[part]
    ]
    if faults:
        raise PlanError(
            f"{'; '.join(faults)}: scenarios are compared date by date, so give them the same clock"
        )


def _clock(scenario: Scenario) -> dict[str, str]:
    clock = scenario.clock
    return {
        "start": str(clock.start),
        "end": str(clock.end),
        "step_days": str(int(clock.step_days)),
    }


def _of(
    name: str,
    scenarios: Mapping[str, Scenario],
    design: Mapping[str, Any],
    replicates: int,
    seed: int,
) -> Plan:
    base, *_ = scenarios.values()
    code = CodeUsed()
    for scenario in scenarios.values():
        code.add(scenario)
    points = tuple(
        Point({SCENARIO: called} if called else {}, overrides_to(scenario, base), scenario.hash)
        for called, scenario in scenarios.items()
    )
    question = base.question
    return Plan(
        name,
        question,
        Base.of(base),
        design,
        points,
        replicates,
        "common",
        seed,
        code.files,
        code.prints,
    )
