"""Rules: how people decide. This file is all that a researcher has to read to write one.

A rule is a plain Python function from a person and what the person perceives to annual rates:

    class Hunger(NamedTuple):
        base: Annotated[float, Parameter("1/year", Bounds(low=0), "Rate of the fed.")] = 0.02

    @rule
    def decide(agent: Person, unit: Unit, country: Country, p: Hunger) -> Rates:
        hungry = agent.pay < country.subsistence
        return Rates(desert=p.base * (5.0 if hungry else 1.0))

`agent` has the columns of `model.person` and the scenario's own attributes, `unit` the fields
below, `country` the fields below, the levers of `model.levers` and the scenario's own, and `p` the
parameters that the rule declares; the `Parameter` in an annotation is optional. Typed code declares
own attributes and levers in protocols of its own, such as
``class Worker(Person, Protocol): threshold: float``. The fields of `Rates` are the transitions that
rules decide; `model.transitions` declares them, and the statuses from which they lead.

A scenario names the rule, as `file.py:function` beside it, `package.module:function` or an entry
point of an installed package: ``behaviour: {soldier: hunger.py:decide}``. So are `general` and the
rules that return a probability: `follow`, of following a commander who has defected; `recall`, of
coming back when a superior orders it; `belief`, that the regime survives; `join` and `commit`, of
entering a plot and of going through with it; `stand`, which returns a `Stance`; and `update`, which
returns a person's new state, see `model.state`.

A rule may call other rules, and the functions of `math`; it changes nothing, keeps nothing, and
draws nothing: the engine does. The reference engine calls it in Python; the compiled engine compiles
it. Division by zero raises in both, and costs less where a divisor is, as written, above 0:
``max(x, 0.01)``. Keep exp() from overflowing, log() from zero, and powers from negative exponents
of zero, since Python raises there and compiled code does not, and write x * x * x for x**3, which
rounds differently. In both engines exp() and log() are those of `core.functions`, the same on every
machine.
``defectsim check-rule hunger.py:decide`` checks all of this.
"""

from collections.abc import Callable
from functools import cached_property, update_wrapper
from types import FunctionType
from typing import Any, NamedTuple, Protocol, get_type_hints

from defectsim.core.errors import RuleError, expect
from defectsim.core.functions import RAISING, replaced, with_globals
from defectsim.core.parameters import Parameters, parameters_of
from defectsim.model.levers import Levers
from defectsim.model.person import PersonColumns
from defectsim.model.transitions import STATUSES, Status
from defectsim.model.transitions import Rates as Rates


class Stance(NamedTuple):
    """Probabilities of taking either side of an attempt on a day, together at most 1."""

    join: float = 0.0
    """Join those who have risen."""
    resist: float = 0.0
    """Fight them."""


class Person(PersonColumns, Protocol):
    """`agent`: the person who decides, with all columns of the population."""

    ties_defected: float
    """Share of the person's sideways ties who have defected, 0 where there are none."""
    ties_deserted: float
    """Share of the person's sideways ties who have deserted."""
    ties_loyal: float
    """Share of the person's sideways ties who are loyal."""
    ties_shirking: float
    """Share of the person's sideways ties who shirk."""
    ties_plotting: float
    """Share of the person's sideways ties who plot."""
    ties_arrested: float
    """Share of the person's sideways ties who are under arrest."""
    ties_dismissed: float
    """Share of the person's sideways ties who have been dismissed."""
    ties_retired: float
    """Share of the person's sideways ties who have retired."""
    status: Status
    """Status of the person: loyal, shirking or plotting."""
    belief: float
    """Belief, from 0 to 1, that the regime survives: the result of the rule `belief`."""


TIES = {name: status for status in Status if (name := f"ties_{status}") in Person.__annotations__}
"""Fields of `Person` that are shares of ties, and the status of each."""


class Unit(NamedTuple):
    """`unit`: the unit that the person belongs to or commands, with all units below it.

    As the person perceives it at the start of the step.
    """

    deserted: float
    """Share of the unit's strength at the start that has deserted."""
    defected: float
    """Share of the unit's strength at the start that has defected."""
    commander_deserted: float
    """1 if the nearest commander above has deserted and nobody has been named instead, else 0."""
    commander_defected: float
    """1 if the nearest commander above has defected and nobody has been named instead, else 0."""
    shirking: float = 0.0
    """Share of the unit's strength at the start that shirks."""
    loyal: float = 0.0
    """Share of the unit's strength at the start that is loyal."""
    plotting: float = 0.0
    """Share of the unit's strength at the start that plots."""
    arrested: float = 0.0
    """Share of the unit's strength at the start that is under arrest."""
    dismissed: float = 0.0
    """Share of the unit's strength at the start that has been dismissed."""
    retired: float = 0.0
    """Share of the unit's strength at the start that has retired."""
    branch_loyal: float = 0.0
    """Share of the branch's strength at the start that is loyal."""
    branch_shirking: float = 0.0
    """Share of the branch's strength at the start that shirks."""
    branch_plotting: float = 0.0
    """Share of the branch's strength at the start that plots."""
    branch_deserted: float = 0.0
    """Share of the branch's strength at the start that has deserted."""
    branch_defected: float = 0.0
    """Share of the branch's strength at the start that has defected."""
    branch_arrested: float = 0.0
    """Share of the branch's strength at the start that is under arrest."""
    branch_dismissed: float = 0.0
    """Share of the branch's strength at the start that has been dismissed."""
    branch_retired: float = 0.0
    """Share of the branch's strength at the start that has retired."""


class Country(Levers, Protocol):
    """`country`: date and news at the start of the step, and levers as they reach the person."""

    years: float
    """Years of 365.25 days since the start of the clock."""
    day_of_year: float
    """Day of the calendar year, from 1 to 366."""
    forces_deserted: float
    """Share of the armed forces at the start that has deserted."""
    forces_defected: float
    """Share of the armed forces at the start that has defected."""
    generals_defected: float
    """Share of the generals at the start who have defected."""
    declared: float
    """Open defectors of the last `news.fresh_days`, by weight of rank: the share w / (w + `news.half`)
    in steps of 1/16, or else that of the armed forces in steps of 1/2048."""
    treated: float
    """Defectors of `news.treatment_days` ago, weighted by rank, in steps of 1/4."""
    forces_loyal: float
    """Share of the armed forces at the start that is loyal."""
    forces_shirking: float
    """Share of the armed forces at the start that shirks."""
    forces_plotting: float
    """Share of the armed forces at the start that plots."""
    forces_arrested: float
    """Share of the armed forces at the start that is under arrest."""
    forces_dismissed: float
    """Share of the armed forces at the start that has been dismissed."""
    forces_retired: float
    """Share of the armed forces at the start that has retired."""
    n_loyal: float
    """Number of people of the armed forces who are loyal."""
    n_shirking: float
    """Number of people of the armed forces who shirk."""
    n_plotting: float
    """Number of people of the armed forces who plot."""
    n_deserted: float
    """Number of people of the armed forces who have deserted."""
    n_defected: float
    """Number of people of the armed forces who have defected."""
    n_arrested: float
    """Number of people of the armed forces who are under arrest."""
    n_dismissed: float
    """Number of people of the armed forces who have been dismissed."""
    n_retired: float
    """Number of people of the armed forces who have retired."""
    withstood: float
    """Share of the armed forces' weight that the last failed attempt had."""
    lesson: float
    """Memory of that attempt, from 1 to 0, in steps of 1/16."""
    joined: float
    """Share of the armed forces' weight that has joined an attempt under way."""
    resisting: float
    """Share of the armed forces' weight that resists it."""


NEWS_FIELDS = tuple(Country.__annotations__)
"""Date and news: the fields of `Country` itself, beside the levers."""


ARGUMENTS = ("agent", "unit", "country", "p")
"""Arguments of every rule."""


def _places(fields: tuple[str, ...], prefix: str) -> tuple[int, ...]:
    """Return the place of each status among fields, or -1 where they leave it out."""
    names = [f"{prefix}{status}" for status in STATUSES]
    return tuple(fields.index(name) if name in fields else -1 for name in names)


UNIT_SHARES, BRANCH_SHARES = _places(Unit._fields, ""), _places(Unit._fields, "branch_")
"""Places in `Unit` of the shares of each status, in the unit and in its branch."""
FORCES_SHARES, FORCES_COUNTS = _places(NEWS_FIELDS, "forces_"), _places(NEWS_FIELDS, "n_")
"""Places in `NEWS_FIELDS` of the share and the number of people in each status."""


class Rule[**P, R]:
    """A function that both engines can call: as it is, or compiled."""

    __slots__ = ("__call__", "__dict__", "__weakref__")
    __call__: Callable[P, R]
    """The function as it is; a slot takes a third of a method's time."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function, self.__call__ = function, function
        update_wrapper(self, function)

    def bound(self) -> Callable[P, R]:
        """Return a copy of the function, with those of `core.functions` for those of math.

        So are the rules and plain functions that it calls, and all globals are as they are now.
        """
        copies: dict[int, Any] = {}

        def stand_in(value: Any) -> Any:
            function = value.function if isinstance(value, Rule) else value
            if not isinstance(function, FunctionType):
                return replaced(value, RAISING)
            copy = with_globals(function, stand_in, copies)
            vars(copy).update(vars(value))
            return copy

        bound: Callable[P, R] = stand_in(self)
        return bound

    def __repr__(self) -> str:
        return f"<rule {self.name}>"

    @property
    def name(self) -> str:
        """Module and name of the rule: ``package.module:function``."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    @property
    def where(self) -> str:
        """File and line at which the rule begins."""
        code = self.function.__code__
        return f"{code.co_filename}:{code.co_firstlineno}"

    @property
    def parameters(self) -> type[Any]:
        """NamedTuple class that annotates the argument `p`; default: one without fields.

        Raises
        ------
        RuleError
            If the annotation is something else.
        """
        return self.declared.named_tuple

    @cached_property
    def declared(self) -> Parameters:
        """Parameters of the rule."""
        return parameters_of(self.function, f"rule {self.name}")

    @cached_property
    def returns(self) -> Any:
        """Type that the rule is annotated to return; None where it has no annotation.

        Raises
        ------
        RuleError
            If the annotation cannot be understood.
        """
        try:
            return get_type_hints(self.function).get("return")
        except (NameError, AttributeError, TypeError, SyntaxError) as error:
            raise RuleError(f"an annotation cannot be understood: {error}") from error


def rule[**P, R](function: Callable[P, R]) -> Rule[P, R]:
    """Mark a plain function as a rule."""
    expect(function, FunctionType, "a plain function to mark as a rule")
    return Rule(function)
