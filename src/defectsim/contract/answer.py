"""What a rule answers: rates, a probability, or an error."""

from dataclasses import dataclass
from typing import Any

from defectsim.behaviour.rule import Rates, Stance


@dataclass(frozen=True)
class Answer:
    """What came out of one call.

    Attributes
    ----------
    value
        What the rule returned.
    error
        What it raised instead.
    """

    value: Any = None
    error: BaseException | None = None

    @property
    def bits(self) -> tuple[str, ...]:
        """What two answers share if they are the same to the last bit."""
        if self.error is not None:
            return ("raises", type(self.error).__name__)
        numbers = self.value if isinstance(self.value, tuple) else (self.value,)
        try:
            return tuple(float(number).hex() for number in numbers)
        except (TypeError, ValueError):
            return (repr(self.value),)

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        if isinstance(self.value, Rates | Stance):
            numbers = (f"{way}={number}" for way, number in self.value._asdict().items())
            return f"{type(self.value).__name__}({', '.join(numbers)})"
        return str(self.value) if isinstance(self.value, float) else repr(self.value)
