"""Cases, with a value for each field, and the search for the smallest that breaks a check."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress

from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample

from defectsim.contract.fields import FieldRange
from defectsim.contract.report import Finding

type Case = Mapping[str, float]
"""Values by dotted name, such as ``agent.pay``."""

_EXCLUSIVE = (
    ("unit.deserted", "unit.defected", "unit.shirking"),
    ("unit.commander_deserted", "unit.commander_defected"),
    ("country.forces_deserted", "country.forces_defected"),
)
"""Shares that are at most 1 together."""


def possible(case: Case) -> Case:
    """Return a case whose people have one status each, and where no ties means none defected."""
    whole = dict(case)
    for names in _EXCLUSIVE:
        left = 1.0
        for name in names:
            whole[name] = min(whole[name], left)
            left -= whole[name]
    if not whole["agent.degree"]:
        whole["agent.ties_defected"] = 0.0
    return whole


def description(case: Case, default: Case) -> str:
    """Return the fields of a case that are not at their defaults."""
    changed = [f"{name} = {value!r}" for name, value in case.items() if value != default[name]]
    return ", ".join(changed) or "every field at its default"


def cases(ranges: Mapping[str, FieldRange], default: Case) -> st.SearchStrategy[Case]:
    """Return all cases that vary some fields within their ranges."""
    drawn = st.fixed_dictionaries({name: _values(it) for name, it in ranges.items()})
    return drawn.map(lambda values: possible({**default, **values}))


def _values(field: FieldRange) -> st.SearchStrategy[float]:
    """Return the values of one field; examples shrink towards the first."""
    candidates = [field.default, *field.candidates, field.low, field.high]
    some = st.sampled_from(list(dict.fromkeys(candidates)))
    if field.only_candidates:
        return some
    if field.whole:
        numbers = st.integers(math.ceil(field.low), math.floor(field.high)).map(float)
    else:
        numbers = st.floats(field.low, field.high, allow_subnormal=False)
    return st.just(field.default) | numbers | some


EXAMPLES = 300
_SETTINGS = settings(
    derandomize=True, database=None, deadline=None, phases=(Phase.generate, Phase.shrink)
)


def search[T](
    examples: st.SearchStrategy[T], judge: Callable[[T], Finding | None], tries: int = EXAMPLES
) -> Finding | None:
    """Return the finding in the smallest of some examples in which there is one."""
    found: list[Finding] = []

    def wrong(example: T) -> bool:
        finding = judge(example)
        if finding is not None:
            found.append(finding)
        return finding is not None

    with suppress(NoSuchExample, Flaky):  # flaky: a rule that draws random numbers
        find(examples, wrong, settings=settings(_SETTINGS, max_examples=tries))
    return found[-1] if found else None
