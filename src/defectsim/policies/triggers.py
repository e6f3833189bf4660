"""What a policy can wait for: a number that everybody can count, reached."""

import operator
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from defectsim.core.errors import nearest
from defectsim.core.section import refuse

COUNTED = {
    "generals_defected": "generals and admirals who have gone over",
    "officers_defected": "officers below them who have gone over",
    "defected": "people of all ranks who have gone over",
    "deserted": "people of all ranks who have deserted",
    "arrested": "people of all ranks who are under arrest",
    "failed_attempts": "attempts to overthrow the ruler that have failed",
}
"""What can be counted, in the whole armed forces, on the day on which a step begins."""

_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*")


class Trigger(NamedTuple):
    """A condition such as ``generals_defected >= 3``."""

    name: str
    sign: str
    number: float

    def holds(self, counted: Mapping[str, float]) -> bool:
        """Say whether it holds where `counted` are the numbers of `COUNTED`."""
        return _SIGNS[self.sign](counted[self.name], self.number)

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.number:g}"


def parsed(text: str) -> Trigger:
    """Return the condition that a scenario writes, or refuse what is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise refuse(f"{text!r} is no condition: write a name, a sign and a number, as in generals_defected >= 3")
    name, sign, number = match.groups()
    if name not in COUNTED:
        raise refuse(f"nobody counts {name!r}{nearest(name, COUNTED)}; there are {', '.join(COUNTED)}")
    return Trigger(name, sign, float(number))
