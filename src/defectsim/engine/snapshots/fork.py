"""Forked runs: what scenarios have in common is run once, and each run goes on from there."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from defectsim.core.choices import EngineName
from defectsim.core.errors import RuleError
from defectsim.core.section import Number, Section
from defectsim.engine.begin import begin_run
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Engine
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.snapshot import Snapshot, unforkable
from defectsim.policies.series import amount, group_names
from defectsim.rules.fingerprint import trace
from defectsim.scenario.schema import Scenario

_NO_PART = {"name", "question", "replicates", "record", "recording", "clock.end"}
_COURSES = {"policies", "acts"}
_DESCRIBES = {"source", "actor", "cost"}
_LONG = 200
"""Length of a list, as text, above which its hash stands for it."""

type Fingerprint = dict[str, str | float | int | bool]
type _Course = list[tuple[int, str]]
"""Steps, and what a policy or an act does from each on."""


class Prefix:
    """The prefixes of one scenario, step by step."""

    def __init__(self, scenario: Scenario) -> None:
        self._steps = scenario.clock.steps
        self._constant: Fingerprint = dict(_constant(scenario))
        self._courses = dict([*_policy_courses(scenario), *_act_courses(scenario)])

    def fingerprint(self, step: int) -> Fingerprint:
        """Return all that matters when a step begins, by path."""
        found = dict(self._constant)
        for path, course in self._courses.items():
            if so_far := [one for one in course if one[0] < step]:
                found[path] = json.dumps(so_far)
        return found

    @property
    def marks(self) -> list[str]:
        """Hashes of all that matters in each step and before it, step by step."""
        changes: dict[int, list[tuple[str, str]]] = {}
        for path, course in sorted(self._courses.items()):
            for first, text in course:
                changes.setdefault(first, []).append((path, text))
        found, mark = [], _hash(self._constant)
        for step in range(self._steps):
            if step in changes:
                mark = _hash([mark, step, changes[step]])
            found.append(mark)
        return found


class ForkTree(NamedTuple):
    """The run of one of several scenarios, from which runs with the same prefix fork."""

    place: int
    """Number of the scenario."""
    forks: tuple[tuple[int, "ForkTree"], ...]
    """The others, and the step up to which each has the same prefix; earliest first."""


def fork_trees(prefixes: Mapping[int, Prefix]) -> list[ForkTree]:
    """Return the trees by which runs of scenarios fork.

    Where runs part, the tree goes on with the most of them, so it is at most log2(number) deep: no
    more snapshots have to be kept while forks are run.
    """
    marks = {place: prefix.marks for place, prefix in prefixes.items()}
    groups: dict[str, list[int]] = {}
    for place, its in marks.items():
        groups.setdefault(its[0], []).append(place)
    return [_tree(group, 0, marks) for group in groups.values()]


def _tree(members: list[int], step: int, marks: Mapping[int, list[str]]) -> ForkTree:
    """Return the tree of members that share all that came before a step."""
    forks: list[tuple[int, ForkTree]] = []
    while len(members) > 1:
        parts: dict[str | int, list[int]] = {}
        for member in members:
            its = marks[member]
            parts.setdefault(its[step] if step < len(its) else member, []).append(member)
        *fewer, members = sorted(parts.values(), key=len)
        forks += [(step, _tree(few, step, marks)) for few in fewer]
        step += 1
    return ForkTree(members[0], tuple(forks))


def _constant(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Yield what holds at all times, by path, and the code that it names."""
    for path, value in _leaves(scenario):
        if path not in _NO_PART and path.partition(".")[0] not in _NO_PART | _COURSES:
            yield path, value
    if scenario.record.hazards:  # they are added up from the start
        yield "record.hazards", True
    for path, code in scenario.code.items():
        if code.text and not path.startswith("acts."):
            yield f"{path}.code", _hash(code.texts)
    for who, rule in scenario.behaviour.decisions.rules.items():
        try:
            yield f"behaviour.{who}.fingerprint", trace(rule).fingerprint
        except RuleError:
            continue


def _policy_courses(scenario: Scenario) -> Iterator[tuple[str, _Course]]:
    """Yield the course of each policy; it is empty where the policy never does anything."""
    calendar, clock = scenario.calendar, scenario.clock
    for name, policy in scenario.policies.items():
        if policy.when is not None:
            course = [(clock.step_on(policy.effective), _text(policy))]
        else:
            neutral, audience = calendar.levers[policy.lever].neutral, _text(policy.audience)
            groups = group_names(amount(policy.value))
            strengths = calendar.courses[name].strength.T.tolist()
            moved = [None if {*strength} == {neutral} else strength for strength in strengths]
            course = [
                (step, json.dumps([policy.lever, audience, groups, value]))
                for step, (before, value) in enumerate(pairwise([None, *moved]))
                if value != before
            ]
        yield f"policies.{name}", [one for one in course if one[0] < clock.steps]


def _act_courses(scenario: Scenario) -> Iterator[tuple[str, _Course]]:
    clock = scenario.clock
    for name, act in scenario.acts.items():
        what = [_text(part) for part in (act.audience, act.parameters)]
        done = [act.act, *what, _hash(act.code.texts), act.every is not None]
        dates = ((clock.step_on(date), date) for date in act.dates(clock.end))
        course = [(step, json.dumps([*done, str(date)])) for step, date in dates]
        yield f"acts.{name}", [one for one in course if one[0] < clock.steps]


def _text(part: Section | Mapping[str, Number]) -> str:
    return json.dumps(dict(_leaves(part)))


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield plain data by path: a number's value, a long list's hash."""
    below = f"{path}." if path else ""
    match value:
        case None:
            return
        case Number():
            yield path, value.value
        case Section():
            for name in type(value).model_fields:
                if name not in _DESCRIBES:
                    yield from _leaves(getattr(value, name), below + name)
        case Mapping():
            for name, entry in value.items():
                yield from _leaves(entry, below + str(name))
        case list() | tuple():
            text = json.dumps(value, default=str)
            yield path, text if len(text) <= _LONG else _hash(text)
        case bool() | int() | float() | str():
            yield path, value
        case _:
            yield path, str(value)


type Finish = Callable[[], Engine]
"""Runs a replicate to the end of its clock, and returns its engine."""
type _Begin = Callable[[int, Snapshot | None], Run]


class ForkedRuns:
    """The runs of several setups, which run common prefixes once if they `fork`.

    Without forks every run begins at the start of the clock, with the same result. Runs of which no
    snapshot can be taken (`unforkable`) never fork.
    """

    def __init__(
        self, setups: Sequence[StudySetup], engine: EngineName = "compiled", *, fork: bool = True
    ) -> None:
        armies: dict[str, list[int]] = {}
        for place, setup in enumerate(setups):
            armies.setdefault(setup.army, []).append(place)
        self._engine = engine
        self.setups = [setup.like(setups[armies[setup.army][0]]) for setup in setups]
        """Those given, which now share their armies where these are the same."""
        self.fork_trees = [self._trees(places, fork) for places in armies.values()]
        """The trees by which their runs fork, army by army."""

    def _trees(self, places: Sequence[int], fork: bool) -> list[ForkTree]:
        alone, prefixes = [], {}
        for place in places:
            scenario = self.setups[place].scenario
            if fork and len(places) > 1 and not unforkable(scenario, self._engine):
                prefixes[place] = Prefix(scenario)
            else:
                alone.append(ForkTree(place, ()))
        return alone + fork_trees(prefixes)

    def runs(self, replicate: int) -> Iterator[tuple[int, Finish]]:
        """Yield the number of each setup, in any order, with what runs one replicate of it.

        Each is to be called before the next is asked for. An error of a run is raised by the call;
        an error in a common prefix, by the calls of all who have it.
        """
        for trees in self.fork_trees:
            begin = self._beginner(replicate)
            for tree in trees:
                yield from _runs(tree, None, begin)

    def _beginner(self, replicate: int) -> _Begin:
        """Return a function that begins runs of setups with one army; it draws their inputs once."""
        drawn: list[RunInputs] = []

        def begin(place: int, snapshot: Snapshot | None) -> Run:
            setup = self.setups[place]
            if not drawn:
                drawn.append(setup.inputs(replicate))
            inputs = setup.inputs_of(drawn[0])
            return begin_run(setup, replicate, self._engine, inputs=inputs, snapshot=snapshot)

        return begin


def _runs(tree: ForkTree, snapshot: Snapshot | None, begin: _Begin) -> Iterator[tuple[int, Finish]]:
    """Yield the runs of a tree, which all begin from a snapshot."""
    run: Run | None = None
    for step, forks in groupby(tree.forks, key=lambda fork: fork[0]):
        try:
            run = run or begin(tree.place, snapshot)
            snapshot = run.run(step).snapshot()
        except BaseException:  # whatever it is, each run with this prefix meets it when called
            run = None
        for _, fork in forks:
            yield from _runs(fork, snapshot, begin)
    yield tree.place, lambda: (run or begin(tree.place, snapshot)).run().engine
