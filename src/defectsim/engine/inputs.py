"""Inputs of a run: the army, the rules, the calendar and the draws of one replicate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.clock import Clock
from defectsim.core.errors import RuleError
from defectsim.engine.news import NewsLag
from defectsim.model.institutions import CommandRules, NewsRules, RecordingRules
from defectsim.model.person import Array
from defectsim.model.transitions import Rank
from defectsim.policies.calendar import Calendar, Timeline
from defectsim.policies.outcomes import OutcomeSection
from defectsim.population.columns import Columns
from defectsim.population.population import Population
from defectsim.population.units import by_person
from defectsim.rules.bindings import Decisions
from defectsim.rules.faults import EXPECTED
from defectsim.scenario.schema import RecordSection

_MUST_BE = {
    **dict.fromkeys(("soldier", "general"), "a rate from 0 to infinity"),
    "update": "a finite number",
}
"""Results that are wanted of rules that return no probability."""


class AskedAgain(NamedTuple):
    """Days on which people are asked again, as both engines use them."""

    in_attempts: bool
    """True on each day of an attempt under way."""
    from_declared: float
    """Least `declared` in a wave, on each day of which they are asked; infinite: never."""
    days: int
    """Days after the commander defected, whatever is under way."""
    step_days: int
    """Days of a step."""

    @classmethod
    def of(cls, command: CommandRules, clock: Clock) -> "AskedAgain":
        """Return what a scenario says of it."""
        days, step_days = int(command.asked_again_days), int(clock.step_days)
        wave = command.asked_again_in_waves
        from_declared = inf if wave is None else wave.value
        return cls(command.asked_again_in_attempts, from_declared, days, step_days)

    @property
    def ever(self) -> bool:
        """True if anybody may be asked again."""
        return self.in_attempts or self.from_declared < inf or self.days > 0


@dataclass(frozen=True)
class RunInputs:
    """The inputs of one replicate, before its first step."""

    population: Population
    ties: sparse.csr_array
    """Shape (people, people): sideways ties in this replicate, in each row whom somebody sees."""
    columns: Columns
    """The population's columns in this replicate."""
    cohort_codes: Mapping[str, Array]
    """See `Population.cohort_codes`."""
    clock: Clock
    decisions: Decisions
    calendar: Calendar
    replicate: int
    key: tuple[int, int]
    """Key of the draws during the run."""
    news: NewsRules
    news_lag: NewsLag
    """Weights, delay and dates of news."""
    command: CommandRules
    recording: RecordingRules
    record: RecordSection
    outcomes: Mapping[str, OutcomeSection]
    """Outcomes of the scenario's own."""
    stays: NDArray[np.bool_]
    """Shape (people,): whether somebody keeps their status whatever happens."""

    @cached_property
    def frailty(self) -> NDArray[np.float64]:
        """Shape (people,): multiplier of each person's rates; 0 of those who stay."""
        return np.where(self.stays, 0.0, self.columns["frailty"])

    @cached_property
    def initial_status(self) -> NDArray[np.int8]:
        """Shape (people,): codes of statuses before the first step."""
        return self.population.draw_status(self.replicate)

    @cached_property
    def asked_again(self) -> AskedAgain:
        """Days on which people are asked again whether they follow."""
        return AskedAgain.of(self.command, self.clock)

    @cached_property
    def watchers(self) -> sparse.csr_array:
        """Shape (people, people): in each row those who see somebody by a tie."""
        return self.ties.T.tocsr() if self.population.directed else self.ties

    @cached_property
    def everybody(self) -> Timeline:
        """Levers as they reach everybody."""
        return self.calendar.timeline(self.population, self.columns)

    def resistance(self, transition: str) -> NDArray[np.float64]:
        """Draw a number in [0, 1) for each person's threshold of a transition; shape (people,)."""
        return by_person(
            self.population, self.population.seed, "resistance", transition, self.replicate
        )

    def alike_by_value(self, names: Iterable[str]) -> "RunInputs":
        """Return inputs whose cohorts share the same values of some columns."""
        codes = {
            name: np.unique(self.columns[name], return_inverse=True)[1].astype(np.int32)
            for name in names
        }
        return replace(self, cohort_codes={**self.cohort_codes, **codes})

    def with_columns(self, columns: Mapping[str, Array]) -> "RunInputs":
        """Return inputs with other columns, by whose values cohorts are distinguished."""
        changed = replace(self, columns=self.columns.replaced(columns))
        return changed.alike_by_value(columns)

    def probability(self, value: float, who: str, result: str, row: int, step: int) -> float:
        """Return a rule's result if it is a probability; see `invalid_result`."""
        if not isinstance(value, Real):
            what = f"it returns {value!r}, not {EXPECTED[float]},"
            raise self.wrong_result(who, what, row, step)
        if not 0.0 <= value <= 1.0:
            raise self.invalid_result(who, result, row, step)
        return float(value)

    def invalid_result(self, who: str, result: str, row: int, step: int) -> RuleError:
        """Return the error of a rule that gave one person no rate, probability or state."""
        must = _MUST_BE.get(who, "a probability from 0 to 1")
        return self.wrong_result(who, f"{result} is not {must}", row, step)

    def wrong_result(self, who: str, what: str, row: int, step: int) -> RuleError:
        """Return the error of a rule whose result for one person cannot be used."""
        rule, population = self.decisions.of(who).rule, self.population
        return RuleError(
            f"{rule.where}: rule {rule.name}: {what} for {population.ids[row]} "
            f"({Rank(population.rank[row])} in {population.units.name(int(population.unit[row]))}) "
            f"on {self.clock.date(step)}"
        )
