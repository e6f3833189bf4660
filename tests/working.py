"""Small works to live."""

import datetime as dt
from typing import Any

from builders import small_scenario
from defectsim.execution.work import SCENARIO, PointWork, Work
from defectsim.scenario.base import Base
from defectsim.scenario.schema import Scenario
from defectsim.scenario.text import as_yaml

POLICY = {"lever": "surveillance", "value": 0.5, "effective": dt.date(2018, 4, 1)}


def work(base: Scenario | None = None, points: int = 1, **said: Any) -> Work:
    """Return a work of small scenarios, which begin to differ in April."""
    scenario = base or small_scenario(policies={"watch": POLICY})
    values = [(), *((f"policies.watch.value={number / 10}",) for number in range(1, points))]
    return made(scenario, values, **said)


def made(scenario: Scenario, overrides: list[tuple[str, ...]], **said: Any) -> Work:
    """Return the work of a scenario with some things laid over it at each point."""
    base = Base.of(scenario)
    points = tuple(PointWork(some, base.overridden(some).hash, 1) for some in overrides)
    files = {SCENARIO: as_yaml(scenario), **scenario.files}
    return Work(files, points, said.get("engine", "column"), said.get("fork", True))
