"""What all replicates of a study share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from defectsim.behaviour.decisions import Decisions, decisions
from defectsim.engine.army import Army
from defectsim.engine.column import ColumnEngine, cells_of
from defectsim.engine.life import resistances
from defectsim.engine.setting import Setting
from defectsim.policies.timeline import Timeline, timeline
from defectsim.population.build import build
from defectsim.population.columns import Array
from defectsim.population.population import Population
from defectsim.scenario.schema import Scenario

EngineName = Literal["column", "reference"]


@dataclass(frozen=True)
class Start:
    """The army as it is drawn, its rules, and what governments will do.

    The seed draws the army once; replicates are lives of the same army.
    """

    scenario: Scenario
    seed: int

    @cached_property
    def population(self) -> Population:
        """The army at the start."""
        return build(self.scenario.forces, self.scenario.people, self.seed)

    @cached_property
    def decisions(self) -> Decisions:
        """The rules, with their parameters."""
        return decisions(self.scenario.behaviour)

    @cached_property
    def timeline(self) -> Timeline:
        """What every lever is worth, when, for whom."""
        return self.timeline_for(self.population.columns)

    @cached_property
    def cells(self) -> Army:
        """The column engine's cells."""
        return cells_of(self.setting(0))

    def prepare(self, engine: EngineName) -> None:
        """Make all of this now, compiled rules included, for threads to share."""
        if engine == "column":
            ColumnEngine(self.setting(0), self.cells).advance(0, 0)
        else:
            self.setting(0)

    def timeline_for(self, columns: Mapping[str, Array]) -> Timeline:
        """Return what every lever is worth where people have these columns."""
        people = {**columns, "branch": self.population.branch}
        conditions = {name: number.value for name, number in self.scenario.conditions.items()}
        return timeline(self.scenario.policies, conditions, self.scenario.clock, people, self.population.branches)

    def setting(self, replicate: int) -> Setting:
        """Return what an engine needs for one replicate."""
        return Setting(
            population=self.population,
            columns=self.population.columns,
            clock=self.scenario.clock,
            decisions=self.decisions,
            timeline=self.timeline,
            resistance=resistances(self.population, self.seed, replicate),
            keep_events=self.scenario.record.events,
        )
