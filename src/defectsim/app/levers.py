"""Numbers of a scenario as sliders: each with its range, its source and what it means."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from defectsim.core.errors import AppError
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import ScenarioNumber, is_number, numbers
from defectsim.scenario.reading.tree import find_node
from defectsim.scenario.schema import Scenario

_GROUPS = {
    "policies": "What governments do",
    "conditions": "Where no policy acts",
    "behaviour": "How people decide",
    "people": "Who people are",
}
"""Titles of sections of a scenario, in the order of a page."""
_INSTITUTIONS = "Institutions"
"""Title of all other sections."""
_FIXED = ("forces", "acts", "outcomes", "levers")
"""Sections without sliders: with other forces there would be other people to compare."""
_STEPS = 100
"""Number of places of a slider, at least."""
_MOVED = "assumption: moved in defectsim app"
"""Source of a number that somebody has moved."""


@dataclass(frozen=True)
class Slider:
    """Number that a page can move.

    Attributes
    ----------
    name, about
        Its name, and what it means, who moves it and when, as far as the scenario knows.
    step
        Distance between two places of the slider.
    """

    path: str
    group: str
    name: str
    about: str
    value: float
    low: float
    high: float
    step: float
    source: str
    grade: str


def sliders(document: ScenarioDocument) -> list[Slider]:
    """Return the numbers of a scenario that have a range, by section."""
    titles = [*_GROUPS.values(), _INSTITUTIONS]
    found = [_slider(one, document.scenario) for one in _movable(document)]
    return sorted(found, key=lambda one: titles.index(one.group))


def _movable(document: ScenarioDocument) -> Iterator[ScenarioNumber]:
    for one in numbers(document.tree):
        fixed = one.path.partition(".")[0] in _FIXED
        if one.uncertain and not fixed and not isinstance(one.value, str):
            yield one


def _slider(number: ScenarioNumber, scenario: Scenario) -> Slider:
    low, high = number.range
    value = float(number.value)
    low, high = min(low, value), max(high, value)
    section, _, name = number.path.partition(".")
    return Slider(
        path=number.path,
        group=_GROUPS.get(section, _INSTITUTIONS),
        name=_name(section, name),
        about=_about(number.path.split("."), scenario),
        value=value,
        low=low,
        high=high,
        step=_step(number, low, high),
        source=number.source,
        grade=str(number.grade),
    )


def _name(section: str, below: str) -> str:
    """Return a number's path without what its section says already."""
    name = below.replace(".parameters", "").replace(".", ": ").replace("_", " ")
    return name.removesuffix(": value") if section in _GROUPS else f"{section}: {name}"


def _about(path: list[str], scenario: Scenario) -> str:
    """Return what a number means."""
    match path:
        case ["conditions", name]:
            return scenario.every_lever[name].meaning
        case ["policies", name, "value"]:
            policy = scenario.policies[name]
            lever = scenario.every_lever[policy.lever]
            until = f" until {policy.until}" if policy.until else ""
            who = f"{policy.actor}, from " if policy.actor else "From "
            return f"{lever.meaning} {who}{policy.begins(lever)}{until}."
        case ["behaviour", who, "parameters", name]:
            section = scenario.behaviour.sections[who]
            described = section.declared(section.code).described
            return described[name].meaning if name in described else ""
    return ""


def _step(number: ScenarioNumber, low: float, high: float) -> float:
    """Return 1 for numbers of days, else a round step that parts the range finely enough."""
    if "days" in number.path and all(float(end).is_integer() for end in (low, high)):
        return 1.0
    rough = (high - low) / _STEPS
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(unit * size for size in (5, 2, 1) if unit * size <= rough * 1.000001)


def overrides(document: ScenarioDocument, moved: Mapping[str, Any]) -> list[str]:
    """Return the overrides for sliders that were moved.

    Raises
    ------
    AppError
        When there is no such slider, or a value is outside of its range.
    """
    known = {one.path: one for one in sliders(document)}
    texts = []
    for path, value in moved.items():
        slider = known.get(path)
        if slider is None:
            raise AppError(f"this scenario has no slider {path}")
        if not isinstance(value, int | float) or not slider.low <= value <= slider.high:
            raise AppError(f"{path}: {value!r} is not between {slider.low:g} and {slider.high:g}")
        node = find_node(document.tree, path.split("."))
        sourced = node is not None and is_number(node)
        whole = f'{{value: {value!r}, source: "{_MOVED}"}}' if sourced else repr(value)
        texts.append(f"{path}={whole}")
    return texts
