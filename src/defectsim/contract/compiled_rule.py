"""A compiled rule, called case by case as the compiled engine calls it."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import numba
import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.contract.fields import INTEGERS, Case, FieldRange, part
from defectsim.contract.isolation import Answer
from defectsim.core.errors import RuleError
from defectsim.model.rule import Rates, Rule
from defectsim.rules.compile import compiled, refusal

_TEMPLATE = """
def answers(cases, out):
    for place in range(len(cases)):
        x = cases[place]
        answer = rule({arguments})
        {store}
"""
_STORE_RATES = f"{', '.join(f'out[place, {at}]' for at in range(len(Rates._fields)))} = answer"
_STORE_NUMBER = "out[place, 0] = answer"
_INTEGERS = {f"agent.{name}" for name in INTEGERS}


class CompiledRule:
    """A compiled rule.

    Parameters
    ----------
    ranges
        All fields of its arguments.
    returns_rates
        Whether it returns `Rates`, and not a probability.
    """

    def __init__(
        self, rule: Rule[..., Any], ranges: Mapping[str, FieldRange], returns_rates: bool
    ) -> None:
        self.rule, self.fields, self.returns_rates = rule, tuple(ranges), returns_rates
        self.default: Case = {name: field.default for name, field in ranges.items()}

    @cached_property
    def refused(self) -> RuleError | None:
        """Reason why the rule cannot be compiled, if there is one."""
        try:
            self.ask_all(self.rows([]))
        except NumbaError as error:
            return refusal([self.rule], error)
        except RuleError as error:
            return error
        return None

    def ask(self, case: Case) -> Answer:
        """Call the compiled rule."""
        try:
            answers = self.ask_all(self.rows([case]))
        except Exception as error:  # to be compared with the error of the rule in Python
            return Answer(error=error)
        return Answer(Rates(*answers[0].tolist()) if self.returns_rates else answers.item(0))

    def ask_all(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the answers to cases, a row each; a probability is in the first column."""
        out = np.empty((len(rows), len(Rates._fields)))
        _compiled_loop(self.rule, self.fields, self.returns_rates)(rows, out)
        return out

    def rows(self, cases: Sequence[Case]) -> NDArray[np.float64]:
        """Return cases as an array of shape (cases, fields)."""
        values = [[case[name] for name in self.fields] for case in cases]
        return np.array(values, np.float64).reshape(len(cases), len(self.fields))


@cache
def _compiled_loop(rule: Rule[..., Any], fields: tuple[str, ...], returns_rates: bool) -> Any:
    """Return a compiled function that calls the rule with each row of an array."""
    names: dict[str, Any] = {"rule": compiled(rule)}
    calls = []
    for owner in ("agent", "unit", "country", "p"):
        own = part({name: _value(name, at) for at, name in enumerate(fields)}, owner)
        names[owner] = namedtuple(owner, own)
        calls.append(f"{owner}({', '.join(own.values())})")
    store = _STORE_RATES if returns_rates else _STORE_NUMBER
    exec(_TEMPLATE.format(arguments=", ".join(calls), store=store), names)
    return numba.njit(error_model="python")(names["answers"])


def _value(name: str, place: int) -> str:
    return f"int(x[{place}])" if name in _INTEGERS else f"x[{place}]"
