"""One thing that a rule can be asked: a value for each field of agent, unit, country and p."""

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample

from defectsim.contract.report import Finding
from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds, Number
from defectsim.model.levers import LEVERS, Lever
from defectsim.model.person import COLUMNS, OWN_ATTRIBUTE
from defectsim.model.rule import NEWS_FIELDS, Rates, Stance, Unit
from defectsim.model.transitions import SERVING, Rank, Service, Status
from defectsim.population.spec import Branch, Forces, Quantity
from defectsim.scenario.schema import Scenario

type Case = Mapping[str, float]
"""Values by dotted name, such as ``agent.pay``."""


@dataclass(frozen=True)
class Span:
    """What a field can be.

    Attributes
    ----------
    low, high
        Both inclusive.
    plain
        What it is where an example does not say.
    some
        Values worth trying.
    only_these
        Whether it can be nothing but `some`.
    whole
        Whether it is a whole number.
    """

    low: float
    high: float
    plain: float
    some: tuple[float, ...] = ()
    only_these: bool = False
    whole: bool = False


def choice(*values: float) -> Span:
    """Return the span of a field that is one of several values, the first of them where nothing is said."""
    return Span(min(values), max(values), values[0], values, only_these=True)


def possible(case: Case) -> Case:
    """Return a case in which nobody stands in two statuses, and whoever has no ties has none who left."""
    whole = dict(case)
    for names in _EXCLUSIVE:
        left = 1.0
        for name in names:
            whole[name] = min(whole[name], left)
            left -= whole[name]
    if not whole["agent.degree"]:
        whole["agent.ties_defected"] = 0.0
    return whole


_EXCLUSIVE = (
    ("unit.deserted", "unit.defected", "unit.shirking"),
    ("unit.commander_deserted", "unit.commander_defected"),
    ("country.forces_deserted", "country.forces_defected"),
)


def part[T](case: Mapping[str, T], who: str) -> dict[str, T]:
    """Return the fields of ``agent``, ``unit``, ``country`` or ``p``."""
    return {
        name.partition(".")[2]: value for name, value in case.items() if name.startswith(f"{who}.")
    }


def told(case: Case, plain: Case) -> str:
    """Say what is not plain in a case."""
    unlike = [f"{name} = {value!r}" for name, value in case.items() if value != plain[name]]
    return ", ".join(unlike) or "every field at its default"


type Kind = Literal["soldier", "general", "follow", "belief", "recall", "join", "commit", "stand"]


class Traits(NamedTuple):
    """What is particular to a kind of rules."""

    whose: str
    """As in "a rule of soldiers"."""
    ranks: tuple[Rank, ...]
    """Those whom it is about."""
    statuses: tuple[Status, ...]
    """Where they can stand; none where the rule must not read it."""
    returns: Any
    """Rates, a Stance, or a float, which is a probability."""


_MEN, _ALL, _LEADERS = tuple(Rank)[: Rank.GENERAL], tuple(Rank), tuple(Rank)[Rank.OFFICER :]
TRAITS: dict[Kind, Traits] = {
    "soldier": Traits("soldiers", _MEN, SERVING, Rates),
    "general": Traits("generals", (Rank.GENERAL,), SERVING, Rates),
    "follow": Traits("following", _ALL, SERVING, float),
    "belief": Traits("belief", _ALL, (), float),
    "recall": Traits("coming back", _ALL, (Status.DEFECTED,), float),
    "join": Traits("joining a plot", _LEADERS, (Status.LOYAL, Status.SHIRKING), float),
    "commit": Traits("going through with a plot", _LEADERS, (Status.PLOTTING,), float),
    "stand": Traits("standing in an attempt", _ALL, SERVING, Stance),
}
KINDS: tuple[Kind, ...] = get_args(Kind.__value__)
_SAID = {Rates: "Rates", Stance: "a Stance", float: "a float, a probability"}


def said(returned: Any) -> str:
    """Say what a rule returns."""
    return _SAID[returned]


EXAMPLES = 300
_SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
)


def search[T](
    examples: st.SearchStrategy[T], judge: Callable[[T], Finding | None], tries: int = EXAMPLES
) -> Finding | None:
    """Return what `judge` finds in the smallest example in which it finds anything, looking at `tries` examples."""
    found: list[Finding] = []

    def wrong(example: T) -> bool:
        finding = judge(example)
        if finding is not None:
            found.append(finding)
        return finding is not None

    with suppress(
        NoSuchExample, Flaky
    ):  # a rule that draws its own random numbers is wrong once, and then is not
        find(examples, wrong, settings=settings(_SETTINGS, max_examples=tries))
    return found[-1] if found else None


def cases(spans: dict[str, Span], plain: Case) -> st.SearchStrategy[Case]:
    """Return all cases in which the fields in `spans` keep them, and others are plain."""
    drawn = st.fixed_dictionaries({name: _values(span) for name, span in spans.items()})
    return drawn.map(lambda values: possible({**plain, **values}))


def _values(span: Span) -> st.SearchStrategy[float]:
    """Return the values of one field, those first to which an example is best reduced."""
    some = st.sampled_from(list(dict.fromkeys([span.plain, *span.some, span.low, span.high])))
    if span.only_these:
        return some
    any_ = (
        st.integers(math.ceil(span.low), math.floor(span.high)).map(float)
        if span.whole
        else st.floats(span.low, span.high, allow_subnormal=False)
    )
    return st.just(span.plain) | any_ | some


WIDEST = 1e6
"""How far from zero a field is tried that has no bound."""
TAIL = 1e-9
"""Probability of the tails of a distribution that are not tried."""
WHOLE = (*(name for name, column in COLUMNS.items() if column.dtype.startswith("int")), "status")
"""Fields of agent that are whole numbers."""
_QUANTILES = (TAIL, 0.02, 0.2, 0.4, 0.5, 0.6, 0.8, 0.98, 1 - TAIL)

_SHARE = Span(0.0, 1.0, 0.0)
_NEWS = {"treated": Span(0.0, WIDEST, 0.0), "resisting": Span(0.0, 2.0, 0.0)}
_PLAIN = {"pay": 30.0, "outside": 30.0, "degree": 6.0}
"""People of whom nothing is said earn enough for a basket, and have some ties."""


def spans(
    kind: Kind,
    scenario: Scenario | None,
    numbers: Mapping[str, Number],
    declares: Mapping[str, Parameter],
) -> dict[str, Span]:
    """Return what each field can be, by dotted name.

    Parameters
    ----------
    numbers
        The parameters' values, and ranges where the scenario has them.
    declares
        What the rule says of its parameters.
    """
    agent = (
        {name: _column(name, kind) for name in COLUMNS}
        | {"ties_defected": _SHARE}
        | attributes(kind, scenario)
    )
    if statuses := TRAITS[kind].statuses:
        agent |= {"status": choice(*map(int, statuses)), "belief": _SHARE}
    unit = {
        name: choice(0.0, 1.0) if name.startswith("commander") else _SHARE for name in Unit._fields
    }
    country = dict.fromkeys(NEWS_FIELDS, _SHARE) | _NEWS
    country |= {
        name: _within(lever.bounds, lever.default) for name, lever in levers(scenario).items()
    }
    p = {name: _parameter(number, declares.get(name)) for name, number in numbers.items()}
    parts = {"agent": agent, "unit": unit, "country": country, "p": p}
    return {f"{who}.{name}": span for who, fields in parts.items() for name, span in fields.items()}


def levers(scenario: Scenario | None) -> Mapping[str, Lever]:
    """Return the levers that rules can read."""
    return LEVERS if scenario is None else scenario.every_lever


def attributes(kind: Kind, scenario: Scenario | None) -> dict[str, Span]:
    """Return what the scenario's own attributes can be, for those whom the rule is about."""
    if scenario is None:
        return {}
    people, branches = scenario.people, scenario.forces.branches.values()
    names = sorted(
        {*people.attributes, *(name for branch in branches for name in branch.people.attributes)}
    )
    there = [
        (branch, rank)
        for branch in branches
        for rank in TRAITS[kind].ranks
        if _has(scenario.forces, branch, rank)
    ]
    nothing = Number(value=0.0)
    return {
        name: _attribute(
            branch.people.quantity(name, rank) or people.quantity(name, rank) or nothing
            for branch, rank in there
        )
        for name in names
    }


def _has(forces: Forces, branch: Branch, rank: Rank) -> bool:
    """Say whether a branch has anybody of a rank."""
    return (
        branch.generals.value > 0
        if rank is Rank.GENERAL
        else rank in forces.company.posts[: int(branch.strength)]
    )


def _attribute(said: Iterable[Quantity]) -> Span:
    values: list[float] = []
    drawn = False
    for quantity in said:
        if isinstance(quantity, Number):
            values += quantity.span
            drawn |= quantity.range is not None
        elif quantity.values is not None:
            values += quantity.values
        else:
            values += quantity.quantiles(np.array(_QUANTILES), OWN_ATTRIBUTE.bounds).tolist()
            drawn = True
    some = tuple(dict.fromkeys(values or [0.0]))
    plain = sorted(some)[len(some) // 2]
    return Span(min(some), max(some), plain, some, only_these=not drawn)


def _column(name: str, kind: Kind) -> Span:
    if name == "rank":
        return choice(*map(int, TRAITS[kind].ranks))
    if name == "service":
        return choice(*map(int, Service))
    column = COLUMNS[name]
    return _within(column.bounds, _PLAIN.get(name, column.default or 0.0))


def _parameter(number: Number, said: Parameter | None) -> Span:
    if said is not None:
        return _within(said.bounds, number.value)
    return Span(min(number.span), max(number.span), number.value)


def _within(bounds: Bounds, plain: float) -> Span:
    return Span(
        float(max(bounds.low, -WIDEST)), float(min(bounds.high, WIDEST)), plain, whole=bounds.whole
    )
