"""The rule, compiled and asked one case after the other, as the column engine asks it."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numba
import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.behaviour.compiled import compiled, refusal
from defectsim.behaviour.rule import Rates, Rule
from defectsim.contract.answer import Answer
from defectsim.contract.case import Case, Span, part
from defectsim.contract.spans import WHOLE
from defectsim.core.errors import RuleError

_TEXT = """
def answers(cases, out):
    for place in range(len(cases)):
        x = cases[place]
        answer = rule({arguments})
        {keep}
"""
_KEEP = {
    True: f"{', '.join(f'out[place, {way}]' for way in range(len(Rates._fields)))} = answer",
    False: "out[place, 0] = answer",
}
_WHOLE = frozenset(f"agent.{name}" for name in WHOLE)


class Machine:
    """A rule, compiled.

    Parameters
    ----------
    spans
        All fields that there are.
    returns_rates
        Whether it returns `Rates`, and not a probability.
    """

    def __init__(self, rule: Rule[..., Any], spans: Mapping[str, Span], returns_rates: bool) -> None:
        self.rule, self.fields, self.returns_rates = rule, tuple(spans), returns_rates
        self.plain: Case = {name: span.plain for name, span in spans.items()}

    @cached_property
    def refused(self) -> RuleError | None:
        """Why the rule cannot be compiled, or nothing."""
        try:
            self._answers(np.empty((0, len(self.fields))), np.empty((0, len(Rates._fields))))
        except NumbaError as error:
            return refusal([self.rule], error)
        except RuleError as error:
            return error
        return None

    def ask(self, case: Case) -> Answer:
        """Ask the compiled rule."""
        out = np.empty((1, len(Rates._fields)))
        try:
            self._answers(self.rows([case]), out)
        except Exception as error:  # whatever a researcher's rule does wrong is compared with what it does in Python
            return Answer(error=error)
        return Answer(Rates(*out[0].tolist()) if self.returns_rates else out.item(0))

    def ask_all(self, rows: NDArray[np.float64]) -> None:
        """Ask the compiled rule about many cases, and forget the answers."""
        self._answers(rows, np.empty((len(rows), len(Rates._fields))))

    def rows(self, cases: Sequence[Case]) -> NDArray[np.float64]:
        """Return cases as an array of shape (cases, fields)."""
        return np.array([[case[name] for name in self.fields] for case in cases], np.float64)

    @cached_property
    def _answers(self) -> Any:
        names: dict[str, Any] = {"rule": compiled(self.rule)}
        calls = []
        for who in ("agent", "unit", "country", "p"):
            names[who] = namedtuple(who, part(dict.fromkeys(self.fields, 0.0), who))
            calls.append(f"{who}({', '.join(self._taken(name) for name in self.fields if name.startswith(f'{who}.'))})")
        exec(_TEXT.format(arguments=", ".join(calls), keep=_KEEP[self.returns_rates]), names)
        return numba.njit(error_model="python")(names["answers"])

    def _taken(self, name: str) -> str:
        value = f"x[{self.fields.index(name)}]"
        return f"int({value})" if name in _WHOLE else value
