"""Plans: what compiled phases do differently for people who are alike, and for people who are not.

Each plan has a version of the functions below for its own part of a run's state, `state.plan`;
compiled code takes the version by the type of that part.
"""

from collections.abc import Callable
from typing import Any, Literal

from numba.extending import overload

PlanName = Literal["cohorts", "rows"]

_OPTIONS: Any = {
    "nopython": True,
    "nogil": True,
    "_nrt": False,
    "error_model": "numpy",
    "forceinline": True,
}
_VERSIONS: dict[Callable[..., Any], dict[type, Callable[..., Any]]] = {}


def _planned(generic: Callable[..., Any]) -> Callable[..., Any]:
    """Have compiled code call the version of its plan instead of a function."""
    versions = _VERSIONS.setdefault(generic, {})

    @overload(generic, strict=False, jit_options=_OPTIONS)
    def choose(*arguments: Any) -> Callable[..., Any]:
        state = arguments[1]
        plan = state.types[state.fields.index("plan")]
        return versions[plan.instance_class]

    return generic


def version[F: Callable[..., Any]](generic: Callable[..., Any], plan: type) -> Callable[[F], F]:
    """Make a function the version of another for a plan."""

    def register(function: F) -> F:
        _VERSIONS[generic][plan] = function
        return function

    return register


@_planned
def present(army: Any, state: Any, cohort: Any, status: Any) -> Any:
    """Return the number of people of a cohort who have a status."""


@_planned
def ask_again(army: Any, state: Any, cohort: Any) -> Any:
    """Have the rule of a cohort asked in the next step."""


@_planned
def leave(army: Any, state: Any, number: Any) -> Any:
    """Take whom an event concerns from people of their status, and add up their hazards."""


@_planned
def join(army: Any, state: Any, event: Any, now: Any, step: Any) -> Any:
    """Draw thresholds for somebody with a new status who serves, to hold from step `now` on."""


@_planned
def note_due(army: Any, state: Any, step: Any) -> Any:
    """Note everybody whose threshold is passed in a step."""


@_planned
def pull(
    army: Any, state: Any, cohort: Any, status: Any, hazard: Any, step: Any, leader: Any
) -> Any:
    """Apply the hazard of a commander's pull, by row, to the people of a cohort with a status."""
