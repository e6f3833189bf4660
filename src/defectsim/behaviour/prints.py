"""Telling pieces of code apart by what they do."""

import hashlib

from defectsim.behaviour.rule import Rule
from defectsim.behaviour.trace import trace
from defectsim.core.code import Code
from defectsim.core.errors import RuleError


def print_of(code: Code) -> str:
    """Return a hash of a piece of code: of its text and, of a rule that can be followed, of all that it calls."""
    parts = [code.text or ""]
    if isinstance(code.thing, Rule):
        try:
            parts.append(trace(code.thing).fingerprint)
        except RuleError:
            parts.append("not to be followed")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
