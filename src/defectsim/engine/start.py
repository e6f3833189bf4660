"""What all replicates of a study share."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from defectsim.behaviour.compiled import ADVICE
from defectsim.behaviour.decisions import Decisions
from defectsim.core.errors import UncompilableError, UncompiledWarning
from defectsim.engine.army import Army
from defectsim.engine.cells import cells_of
from defectsim.engine.column import ColumnEngine
from defectsim.engine.draws import key_of
from defectsim.engine.life import Draws, resistances
from defectsim.engine.setting import Setting
from defectsim.policies.timeline import Calendar
from defectsim.population.build import build
from defectsim.population.population import Population
from defectsim.scenario.schema import Scenario

EngineName = Literal["column", "reference"]


_INSTEAD = "The reference engine runs it instead: the same events, agent by agent, many times slower."


def known_engine(name: str | None) -> None:
    """Refuse an engine that there is not."""
    if name is not None and name not in get_args(EngineName):
        raise ValueError(f"there is no engine {name!r}: use one of {', '.join(get_args(EngineName))}")


@dataclass(frozen=True)
class Start:
    """The army as it is laid out, its rules, and what governments will do."""

    scenario: Scenario
    seed: int

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"the seed must be 0 or above, not {self.seed}")

    @cached_property
    def population(self) -> Population:
        """The army at the start."""
        return build(self.scenario.forces, self.scenario.people, self.seed)

    @cached_property
    def decisions(self) -> Decisions:
        """The rules, with their parameters."""
        return self.scenario.behaviour.decisions

    @cached_property
    def calendar(self) -> Calendar:
        """What governments do, and when."""
        return self.scenario.calendar

    @cached_property
    def cells(self) -> Army:
        """The column engine's cells."""
        return cells_of(self.population, self.population.likeness, self.decisions, self.calendar)

    def prepare(self, engine: EngineName | None) -> EngineName:
        """Make all of this now, compiled rules included, for threads to share, and return the engine that lives it.

        Where none is asked for, it is the column engine, or with a warning the reference engine if a rule cannot be
        compiled.
        """
        if engine != "reference":
            try:
                ColumnEngine(self.setting(0), self.cells).advance(0, 0)
            except UncompilableError as error:
                if engine:
                    raise
                why = str(error).removesuffix(ADVICE).strip()
                warnings.warn(f"{why}\n{_INSTEAD}", UncompiledWarning, stacklevel=3)
                engine = "reference"
        return engine or "column"

    def setting(self, replicate: int) -> Setting:
        """Draw what one replicate begins with."""
        columns = self.population.drawn(replicate)
        return Setting(
            population=self.population,
            columns=columns,
            likeness=self.population.likeness,
            clock=self.scenario.clock,
            decisions=self.decisions,
            calendar=self.calendar,
            draws=Draws(
                resistances(self.population, columns["frailty"], replicate),
                columns["frailty"],
                key_of(self.seed, replicate),
            ),
            news=self.scenario.news,
            recording=self.scenario.recording,
            keep_events=self.scenario.record.events,
        )
