"""The plan of a comparison: scenarios on common random numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from defectsim.analysis.precision import FIRST
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import PlanError
from defectsim.scenario.schema import Scenario
from defectsim.studies.kinds.comparison.sequential_sampling import SAMPLING, SequentialSampling
from defectsim.studies.plan import Plan, plan_of_scenarios

EVENTS = "events"
"""Key of the design for the scenarios that record events."""


def comparison_plan(
    name: str,
    scenarios: Mapping[str, Scenario],
    replicates: int | None,
    seed: int,
    method: IntervalMethod,
    sampling: SequentialSampling | None,
) -> Plan:
    """Return the plan that compares scenarios, by name, with the first of them.

    Parameters
    ----------
    replicates
        Default: those before the first look of the sampling, or of the first scenario.

    Raises
    ------
    PlanError
        If their clocks differ, so that they begin, record or end on other dates.
    """
    if faults := [*_other_clocks(scenarios)]:
        raise PlanError(
            f"{'; '.join(faults)}: scenarios are compared date by date, so give them the same clock"
        )
    events = [called for called, one in scenarios.items() if one.record.events]
    design: dict[str, Any] = {"kind": "comparison", EVENTS: events, "method": method}
    if sampling is not None:
        design[SAMPLING] = asdict(sampling)
    if replicates is None:
        first = next(iter(scenarios.values()))
        replicates = min(FIRST, sampling.at_most) if sampling else int(first.replicates)
    return plan_of_scenarios(name, scenarios, design, replicates, seed)


def _other_clocks(scenarios: Mapping[str, Scenario]) -> Iterator[str]:
    (first, base), *others = ((name, _clock(scenario)) for name, scenario in scenarios.items())
    for name, clock in others:
        for part, value in clock.items():
            if value != base[part]:
                yield f"clock.{part} is {value} in {name} and {base[part]} in {first}"


def _clock(scenario: Scenario) -> dict[str, object]:
    clock = scenario.clock
    return {"start": clock.start, "end": clock.end, "step_days": int(clock.step_days)}
