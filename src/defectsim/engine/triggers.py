"""What policies that wait for something wait for, counted as a step begins."""

from defectsim.core.statuses import Rank, Status
from defectsim.engine.setting import Engine


def counted(engine: Engine, step: int) -> dict[str, float]:
    """Return the numbers of `policies.triggers.COUNTED`, as they stand when a step begins."""
    people = engine.counts[step].sum(axis=0)
    return {
        "generals_defected": int(people[Rank.GENERAL, Status.DEFECTED]),
        "officers_defected": int(people[Rank.OFFICER, Status.DEFECTED]),
        "defected": int(people[:, Status.DEFECTED].sum()),
        "deserted": int(people[:, Status.DESERTED].sum()),
        "arrested": int(people[:, Status.ARRESTED].sum()),
        "failed_attempts": sum(attempt.result == "failure" for attempt in engine.attempts),
    }
