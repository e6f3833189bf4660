"""Days on which people are asked again whether they follow a commander who has defected."""

from typing import NamedTuple

from defectsim.core.clock import Clock
from defectsim.model.institutions import CommandRules


class AskedAgain(NamedTuple):
    """Days on which people are asked again, as both engines use them."""

    in_attempts: bool
    """True on each day of an attempt under way."""
    days: int
    """Days after the commander defected, whatever is under way."""
    step_days: int
    """Days of a step."""

    @classmethod
    def of(cls, command: CommandRules, clock: Clock) -> "AskedAgain":
        """Return what a scenario says of it."""
        days, step_days = int(command.asked_again_days), int(clock.step_days)
        return cls(command.asked_again_in_attempts, days, step_days)

    @property
    def ever(self) -> bool:
        """True if anybody may be asked again."""
        return self.in_attempts or self.days > 0
