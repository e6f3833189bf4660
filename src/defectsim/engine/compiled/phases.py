"""The phases of a step that ask rules, compiled for the rules of a scenario."""

import hashlib
import threading
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from defectsim.engine.compiled import asking, kernel
from defectsim.engine.compiled.cache import engine_fingerprint, kept
from defectsim.engine.step import people_step
from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.transitions import STATUSES
from defectsim.rules.bindings import Decisions
from defectsim.rules.compile import compiled as compiled_rule


class Reads(NamedTuple):
    """What the rules of a scenario read, as far as it decides what is compiled."""

    country: tuple[bool, ...]
    """Of each field of the country, whether rules of deciding read it."""
    statuses: tuple[bool, ...]
    """Of each status, whether rules of deciding see how many of their unit are in it."""
    soldiers_ties: bool
    generals_ties: bool
    belief: bool
    """Whether people's belief is read by anything."""


class CompiledStep(NamedTuple):
    """The compiled functions that Python calls."""

    advance: Any
    cascade: Any
    settle: Any


_STEPS: dict[str, CompiledStep] = {}
_LOCK = threading.Lock()


@lru_cache(64)
def compiled_step(decisions: Decisions, levers: tuple[str, ...]) -> CompiledStep:
    """Return the step of people who see `levers` and decide by `decisions`.

    Rules that are the same share it, whatever the values of their parameters, which are arguments.
    """
    reads = _reads(decisions, levers)
    rules = decisions.compiled
    parts = [decisions.of(who).trace.fingerprint for who in rules]
    identity = [*parts, repr(reads), repr(levers), engine_fingerprint()]
    key = hashlib.sha256("\x1f".join(identity).encode()).hexdigest()
    with _LOCK:
        if key not in _STEPS:
            _STEPS[key] = _build(key, reads, **{who: compiled_rule(rules[who]) for who in rules})
        return _STEPS[key]


def _reads(decisions: Decisions, levers: Sequence[str]) -> Reads:
    soldiers, generals = decisions.reads("soldier"), decisions.reads("general")
    if decisions.believes:
        beliefs = decisions.reads("belief")
        soldiers, generals = soldiers | beliefs, generals | beliefs
    either = soldiers | generals
    return Reads(
        country=tuple(name in either for name in (*NEWS_FIELDS, *levers)),
        statuses=tuple(status in either for status in STATUSES),
        soldiers_ties="ties_defected" in soldiers,
        generals_ties="ties_defected" in generals,
        belief=decisions.believes,
    )


def _build(
    key: str, reads: Reads, soldier: Any, general: Any, follow: Any, belief: Any
) -> CompiledStep:
    """Compile the phases for some rules, themselves compiled."""
    compile_phase = partial(kept, key=lambda: key)
    reads_field = np.array(reads.country)
    reads_ties = np.array([reads.soldiers_ties, reads.generals_ties])
    hold_belief = asking.belief_function(belief) if reads.belief else asking.certain
    decide = asking.rates_function(soldier, general)
    ask_rules = compile_phase(asking.ask_phase(decide, hold_belief, reads_field, reads_ties))
    cascade = compile_phase(asking.cascade_phase(follow, reads_field))
    settle = compile_phase(asking.settle_phase(np.array(reads.statuses)), inline="always")
    take_step = people_step(ask_rules, kernel.cross_thresholds, kernel.depart, cascade, settle)
    advance = asking.steps_phase(compile_phase(take_step, inline="always"))
    return CompiledStep(compile_phase(advance), cascade, settle)
