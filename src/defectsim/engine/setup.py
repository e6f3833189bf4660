"""The setup that all replicates of a scenario and seed share."""

import hashlib
import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self, get_args

import numpy as np

from defectsim.core.choices import EngineName
from defectsim.core.errors import RuleError, UncompilableError, UncompiledWarning
from defectsim.core.parameters import NoParameters
from defectsim.core.section import whole_number
from defectsim.engine.compiled.cohorts import Grouping, group_people, reads
from defectsim.engine.compiled.engine import CompiledEngine
from defectsim.engine.draws import key_of
from defectsim.engine.inputs import RunInputs
from defectsim.engine.news import NewsLag
from defectsim.model.rule import TIES
from defectsim.policies.audience import named_people
from defectsim.policies.calendar import Calendar
from defectsim.population.population import Population, build_population
from defectsim.rules.bindings import Decision, Decisions, idle
from defectsim.rules.compile import ADVICE
from defectsim.scenario.schema import Scenario

_INSTEAD = (
    "The reference engine runs it instead: the same events, agent by agent, many times slower."
)


def known_engine(name: str | None) -> None:
    """Refuse an unknown engine."""
    names = get_args(EngineName)
    if name is not None and name not in names:
        raise ValueError(f"there is no engine {name!r}: use one of {', '.join(names)}")


@dataclass(frozen=True)
class StudySetup:
    """The army at the start, its rules, and its calendar, for one scenario and seed."""

    scenario: Scenario
    seed: int
    base: "StudySetup | None" = field(default=None, kw_only=True, repr=False, compare=False)
    """Another setup of the same order of battle, with which this one shares what is the same."""
    _groupings: dict[EngineName, Grouping] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", whole_number("seed", self.seed))

    @cached_property
    def population(self) -> Population:
        """The army at the start."""
        like = self.base.population if self.base else None
        if self.base and self.base.army == self.army:
            return self.base.population
        return build_population(self.scenario.forces, self.scenario.people, self.seed, like)

    @cached_property
    def decisions(self) -> Decisions:
        """The rules, with their parameters; that of generals is idle where there are none."""
        decisions = self.scenario.behaviour.decisions
        if any(int(branch.generals) for branch in self.scenario.forces.branches.values()):
            return decisions
        return replace(decisions, general=Decision(idle, NoParameters()))

    @cached_property
    def news_lag(self) -> NewsLag:
        """Weights, delay and dates of news."""
        return NewsLag.of(self.scenario.news, self.scenario.clock)

    @cached_property
    def calendar(self) -> Calendar:
        """Policies over the clock."""
        return self.scenario.calendar

    def grouping(self, engine: EngineName = "compiled") -> Grouping:
        """Return the people as a compiled engine groups them: made once for all replicates."""
        if engine not in self._groupings:
            same = self.base and self._groups_like(self.base)
            self._groupings[engine] = (
                self.base.grouping(engine) if self.base and same else self._grouped(engine)
            )
        return self._groupings[engine]

    def _groups_like(self, base: "StudySetup") -> bool:
        """Check whether people are alike here who are alike in another setup."""
        if not self._grouped_by or self._grouped_by != base._grouped_by:
            return False
        ours, others = self.population.cohort_codes, base.population.cohort_codes
        return ours.keys() == others.keys() and all(
            codes is others[name] or np.array_equal(codes, others[name])
            for name, codes in ours.items()
        )

    def _grouped(self, engine: EngineName) -> Grouping:
        plan = engine if engine in ("cohorts", "rows") else None
        if plan == "rows" and self.decisions.states:
            raise RuleError(
                "behaviour.update: people in rows keep no past states; use engine cohorts instead of "
                "rows, or leave the choice to defectsim"
            )
        codes = self.population.cohort_codes
        return group_people(self.population, codes, self.decisions, self.calendar, plan=plan)

    @property
    def _grouped_by(self) -> tuple[list[frozenset[str]], list[str]] | None:
        """Names and agents that distinguish cohorts; None if a rule cannot be read."""
        try:
            read = reads(self.decisions, self.calendar)
        except UncompilableError:
            return None
        distinguishing = {*self.population.cohort_codes, *TIES}
        return [read[general] & distinguishing for general in (False, True)], self.calendar.agents

    @cached_property
    def army(self) -> str:
        """Hash of all that the army follows from: setups with the same one can share armies."""
        sections = [part.model_dump_json() for part in (self.scenario.forces, self.scenario.people)]
        return hashlib.sha256("\n".join([*sections, str(self.seed)]).encode()).hexdigest()

    @cached_property
    def order(self) -> str:
        """The sections from which the order of battle follows, as text."""
        people = {"branches": {"__all__": {"people"}}}
        return self.scenario.forces.model_dump_json(exclude={"ties": True, **people})

    def like(self, other: "StudySetup") -> Self:
        """Return this setup with what it has in common with another of the same order of battle."""
        if other is self or self.order != other.order:
            return self
        shared = other if self.army == other.army else other.base or other
        return replace(self, base=shared)

    def prepare(self, engine: EngineName | None) -> EngineName:
        """Make all of this now, compiled rules included, for threads to share; return the engine.

        Default: the compiled engine, or with a warning the reference engine if a rule cannot be
        compiled.
        """
        if engine != "reference":
            try:
                CompiledEngine(self.inputs(0), self.grouping(engine or "compiled")).advance(0, 0)
            except UncompilableError as error:
                if engine:
                    raise
                why = str(error).removesuffix(ADVICE).strip()
                warnings.warn(f"{why}\n{_INSTEAD}", UncompiledWarning, stacklevel=3)
                engine = "reference"
        return engine or "compiled"

    def inputs(self, replicate: int) -> RunInputs:
        """Draw the inputs of one replicate."""
        ties = self.population.draw_ties(replicate)
        return RunInputs(
            population=self.population,
            ties=ties,
            columns=self.population.draw_columns(replicate, ties),
            cohort_codes=self.population.cohort_codes,
            replicate=replicate,
            key=key_of(self.seed, replicate),
            **self._given,
        )

    def inputs_of(self, drawn: RunInputs) -> RunInputs:
        """Return inputs of this setup with the draws of another setup of the same army."""
        return replace(drawn, **self._given)

    @property
    def _given(self) -> dict[str, Any]:
        """The inputs that depend neither on the replicate nor on the army."""
        sections = ("clock", "news", "command", "recording", "record", "outcomes")
        given = {name: getattr(self.scenario, name) for name in sections}
        stays = named_people(self.scenario.stay or (), self.population)
        made = {name: getattr(self, name) for name in ("news_lag", "decisions", "calendar")}
        return {**given, **made, "stays": stays}
