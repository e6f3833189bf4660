"""What of a scenario matters before a step begins; lives of scenarios that have it in common are one life till then.

A scenario's past has what holds at all times (people, rules, news, ...), each policy's course so far, and the acts that
are done. What only describes (sources, ranges, names), what only looks at a life (`record`, `recording`) and how long
the clock runs are no part of it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from defectsim.core.errors import RuleError
from defectsim.core.section import Number, Section
from defectsim.rules.fingerprint import trace
from defectsim.scenario.schema import Scenario

_UNLIVED = {
    "name",
    "question",
    "replicates",
    "record",
    "recording",
    "clock.end",
    "policies",
    "acts",
}
_DESCRIBES = {"source", "actor", "cost"}
_LONG = 200
"""Length of a list, as text, above which its hash stands for it."""

type Said = dict[str, str | float | int | bool]


class Segment(NamedTuple):
    """Steps during which nothing changes of what policies and acts do.

    Attributes
    ----------
    first, end
        The steps from `first` on, up to `end`, which is not included.
    mark
        A hash of the past up to any step after `first` and up to `end`.
    """

    first: int
    end: int
    mark: str


class Prefix:
    """What has mattered in the lives of a scenario, step by step."""

    def __init__(self, scenario: Scenario) -> None:
        self._steps = scenario.clock.steps
        self._always: Said = dict(_always(scenario))
        self._courses = dict(_courses(scenario))

    def said(self, step: int) -> Said:
        """Return all that has mattered when a step begins, by path; of a policy or an act, one text for its course."""
        courses = {
            path: [one for one in course if one[0] < step] for path, course in self._courses.items()
        }
        return {
            **self._always,
            **{path: json.dumps(course) for path, course in courses.items() if course},
        }

    @property
    def segments(self) -> list[Segment]:
        """The stretches of the clock, in order."""
        changes: dict[int, list[tuple[str, str]]] = {0: []}
        for path, course in sorted(self._courses.items()):
            for first, text in course:
                changes.setdefault(first, []).append((path, text))
        found, mark = [], _hash(self._always)
        for first, end in pairwise([*sorted(changes), self._steps]):
            mark = _hash([mark, first, changes[first]])
            found.append(Segment(first, end, mark))
        return found


def _always(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Yield what holds at all times, by path, and the code that it names."""
    for path, value in _leaves(scenario):
        if path not in _UNLIVED and path.partition(".")[0] not in _UNLIVED:
            yield path, value
    for path, code in scenario.code.items():
        if code.text and not path.startswith("acts."):
            yield f"{path}.code", _hash(code.text)
    for who, rule in scenario.behaviour.decisions.rules.items():
        try:
            yield f"behaviour.{who}.fingerprint", trace(rule).fingerprint
        except RuleError:
            continue


def _courses(scenario: Scenario) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield for each policy and act what it does from which steps on; nothing of those that never do anything."""
    calendar, clock = scenario.calendar, scenario.clock
    dates = clock.dates()[:-1]
    for name, policy in scenario.policies.items():
        if policy.when is not None:
            course = [(clock.step_on(policy.effective), _text(policy))]
        else:
            neutral, reached = calendar.levers[policy.lever].neutral, _text(policy.audience)
            strengths = [calendar.strength(name, date) for date in dates]
            course = [
                (step, json.dumps([policy.lever, reached, strength]))
                for step, strength in _changes(
                    [None if one == neutral else one for one in strengths]
                )
            ]
        yield f"policies.{name}", [one for one in course if one[0] < clock.steps]
    for name, act in scenario.acts.items():
        yield f"acts.{name}", [(clock.step_on(act.date), _text(act, _hash(act.code.text)))]


def _changes(values: Sequence[float | None]) -> Iterator[tuple[int, float | None]]:
    """Yield the steps at which a value is another than in the step before; before the first there is none."""
    for step, (before, value) in enumerate(pairwise([None, *values])):
        if value != before:
            yield step, value


def _text(section: Section, *more: str) -> str:
    return json.dumps([dict(_leaves(section)), *more])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a section says, by path, as plain data: of a number its value alone, of a long list its hash."""
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
